/* SPDX-License-Identifier: Apache-2.0 */
/* Built-in functions: what both engines answer, errors as well. */
#include "regress/unit/rego_call.h"
#include "runtime/base/banned.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct call_case aggregate_cases[] = {
    {"count", "[\"aé\"]", SAME("2")},
    {"count", "[[1,2]]", SAME("2")},
    {"count", "[null]", SAME("!count: operand 1 must be one of {array, object, set, string} but got null")},
    {"sum", "[[1,2.5]]", SAME("3.5")},
    {"sum", "[[\"a\"]]", SAME("!operand 1 must be array of numbers but got array containing string")},
    {"sum", "[{\"set\":[]}]", SAME("0")},
    {"product", "[[2,3]]", SAME("6")},
    {"max", "[[1,\"a\",3]]", SAME("\"a\"")},
    {"max", "[[]]", SAME(NULL)},
    {"min", "[{\"set\":[3,2]}]", SAME("2")},
    {"min", "[{}]", SAME("!min: operand 1 must be one of {set, array} but got object")},
    {"sort", "[[3,1,2,1]]", SAME("[1,1,2,3]")},
    {"all", "[[true,true]]", SAME("true")},
    {"any", "[[false,1]]", SAME("false")},
};

static const struct call_case operator_cases[] = {
    {"plus", "[1,2]", SAME("3")},
    {"plus", "[1,\"a\"]", SAME("!plus: operand 2 must be number but got string")},
    {"minus", "[{\"set\":[1,2]},{\"set\":[2]}]", SAME("[1]")},
    {"minus", "[{\"set\":[1]},1]", SAME("!minus: operand 2 must be set but got number")},
    {"minus", "[\"a\",1]", SAME("!minus: operand 1 must be one of {number, set} but got string")},
    {"div", "[1,0]", SAME("!div: divide by zero")},
    {"rem", "[1.5,1]", SAME("!rem: modulo on floating-point number")},
    {"rem", "[1,0]", SAME("!rem: modulo by zero")},
    {"and", "[{\"set\":[1,2]},{\"set\":[2,3]}]", SAME("[2]")},
    {"or", "[{\"set\":[1,2]},{\"set\":[2,3]}]", SAME("[1,2,3]")},
    {"internal.member_2", "[2,[1,2]]", SAME("true")},
    {"internal.member_2", "[\"b\",{\"a\":\"b\"}]", SAME("true")},
    {"internal.member_2", "[\"a\",\"a\"]", SAME("false")},
    {"internal.member_3", "[\"a\",\"b\",{\"a\":\"b\"}]", SAME("true")},
    {"internal.member_3", "[0,2,[1,2]]", SAME("false")},
    {"gt", "[[],1]", SAME("true")},
};

static const struct call_case number_cases[] = {
    {"abs", "[-5]", SAME("5")},
    {"abs", "[null]", SAME("!abs: operand 1 must be number but got null")},
    {"ceil", "[1.2]", SAME("2")},
    {"floor", "[-1.2]", SAME("-2")},
    {"ceil", "[-0.5]", {"1", "0"}},
    {"floor", "[-0.5]", {"0", "-1"}},
    {"round", "[2.5]", SAME("3")},
    {"numbers.range", "[1,3]", SAME("[1,2,3]")},
    {"numbers.range", "[3,1]", SAME("[3,2,1]")},
    {"numbers.range", "[1.5,3]", SAME("!numbers.range: operand 1 must be integer number but got floating-point number")},
    {"numbers.range", "[\"a\",3]", SAME("!numbers.range: operand 1 must be integer but got string")},
    {"numbers.range_step", "[0,10,4]", SAME("[0,4,8]")},
    {"numbers.range_step", "[10,0,5]", SAME("[10,5,0]")},
    {"numbers.range_step", "[1,2,0]", SAME("!numbers.range_step: step must be a positive integer")},
    {"rand.intn", "[\"a\",0]", SAME("0")},
    {"rand.intn", "[\"a\",1]", SAME("0")},
    {"bits.and", "[-1,12345678901234567890123]", {"12345678901234567890123", "1.2345678901234568e22"}},
    {"bits.or", "[-8,3]", SAME("-5")},
    {"bits.xor", "[-5,3]", SAME("-8")},
    {"bits.negate", "[5]", SAME("-6")},
    {"bits.lsh", "[1,40]", SAME("1099511627776")},
    {"bits.lsh", "[8,-1]", SAME("!bits.lsh: operand 2 must be an unsigned integer number but got a negative integer")},
    {"bits.lsh", "[1,99999999999]", SAME("!number too big")},
    {"bits.lsh", "[0,99999999999]", SAME("0")},
    {"bits.rsh", "[-8,1]", SAME("-4")},
    {"bits.rsh", "[8,1.5]", SAME("!bits.rsh: operand 2 must be integer number but got floating-point number")},
    {"to_number", "[\"1e5\"]", {"1e5", "100000"}},
    {"to_number", "[\" 12\"]", {"!invalid syntax", "12"}},
    {"to_number", "[\"+1\"]", {"1", "!invalid syntax"}},
    {"to_number", "[\".5\"]", {"0.5", "!invalid syntax"}},
    {"to_number", "[\"5.\"]", {"5", "!invalid syntax"}},
    {"to_number", "[\"-\"]", SAME("!invalid syntax")},
    {"to_number", "[\"\"]", SAME("!invalid syntax")},
    {"to_number", "[\".\"]", SAME("!invalid syntax")},
    {"to_number", "[\"0x1\"]", SAME("!invalid syntax")},
    {"to_number", "[\"1_0\"]", SAME("!invalid syntax")},
    {"to_number", "[\"inf\"]", {"!must be valid number string", "!invalid syntax"}},
    {"to_number", "[\"1e1000\"]", {"!value out of range", "!invalid syntax"}},
    {"to_number", "[true]", SAME("1")},
    {"to_number", "[null]", SAME("0")},
    {"to_number", "[[]]", SAME("!to_number: operand 1 must be one of {null, boolean, number, string} but got array")},
    {"format_int", "[-255,16]", SAME("\"-ff\"")},
    {"format_int", "[255.9,2]", SAME("\"11111111\"")},
    {"format_int", "[10,7]", SAME("!format_int: operand 2 must be one of {2, 8, 10, 16}")},
};

static const struct call_case string_cases[] = {
    {"contains", "[\"abc\",\"bc\"]", SAME("true")},
    {"contains", "[\"abc\",1]", SAME("!contains: operand 2 must be string but got number")},
    {"startswith", "[\"\",\"\"]", SAME("true")},
    {"endswith", "[\"abc\",\"bc\"]", SAME("true")},
    {"indexof", "[\"aéb\",\"b\"]", SAME("2")},
    {"indexof", "[\"abc\",\"x\"]", SAME("-1")},
    {"indexof", "[\"abc\",\"\"]", {"!empty search character", "0"}},
    {"indexof_n", "[\"aaaa\",\"aa\"]", SAME("[0,1,2]")},
    {"substring", "[\"héllo\",1,2]", SAME("\"él\"")},
    {"substring", "[\"abc\",-1,2]", SAME("!negative offset")},
    {"substring", "[\"abc\",5,2]", SAME("\"\"")},
    {"substring", "[\"abc\",1,-1]", SAME("\"bc\"")},
    {"substring", "[\"abc\",1.5,1]", SAME("!substring: operand 2 must be integer number but got floating-point number")},
    {"split", "[\"\",\",\"]", SAME("[\"\"]")},
    {"split", "[\"\",\"\"]", SAME("[]")},
    {"split", "[\"héa\",\"\"]", SAME("[\"h\",\"é\",\"a\"]")},
    {"split", "[\"a,,b\",\",\"]", SAME("[\"a\",\"\",\"b\"]")},
    {"replace", "[\"abc\",\"\",\"-\"]", SAME("\"-a-b-c-\"")},
    {"replace", "[\"aXbX\",\"X\",\"$1\"]", SAME("\"a$1b$1\"")},
    {"strings.replace_n", "[{\"a\":\"b\",\"b\":\"c\"},\"abab\"]", SAME("\"bcbc\"")},
    {"strings.replace_n", "[{\"\":\"x\"},\"ab\"]", SAME("\"xaxbx\"")},
    {"strings.replace_n", "[{\"\":\"x\",\"b\":\"y\"},\"ab\"]", SAME("\"xaxyx\"")},
    {"strings.replace_n", "[{\"ab\":\"1\",\"a\":\"2\"},\"abac\"]", SAME("\"2b2c\"")},
    {"strings.replace_n", "[{\"a\":1},\"a\"]", SAME("!strings.replace_n: operand 1 non-string value found in pattern object")},
    {"trim", "[\"éaé\",\"é\"]", SAME("\"a\"")},
    {"trim", "[\"  a \",\" \"]", SAME("\"a\"")},
    {"trim_left", "[\"aab\",\"a\"]", SAME("\"b\"")},
    {"trim_right", "[\"baa\",\"a\"]", SAME("\"b\"")},
    {"trim_space", "[\"\\u00a0\\u2003 a\\u0085\"]", SAME("\"a\"")},
    {"trim_prefix", "[\"abab\",\"ab\"]", SAME("\"ab\"")},
    {"trim_suffix", "[\"abab\",\"ab\"]", SAME("\"ab\"")},
    {"upper", "[\"ßa\"]", {"\"ßA\"", "\"SSA\""}},
    {"lower", "[\"ΑΣ\"]", {"\"ασ\"", "\"ας\""}},
    {"strings.reverse", "[\"héllo\"]", SAME("\"olléh\"")},
    {"strings.reverse", "[1]", SAME("!reverse: operand 1 must be string but got number")},
    {"strings.any_prefix_match", "[\"abc\",{\"set\":[\"a\",\"b\"]}]", SAME("true")},
    {"strings.any_prefix_match", "[[],\"a\"]", SAME("false")},
    {"strings.any_prefix_match", "[[\"a\",1],\"a\"]", SAME("!operand 1 must be array of strings but got array containing number")},
    {"strings.any_suffix_match", "[{},\"a\"]", SAME("!operand 1 must be one of {string, set, array} but got object")},
    {"strings.count", "[\"aaaa\",\"aa\"]", {"2", "3"}},
    {"strings.count", "[\"aaé\",\"\"]", {"4", "!empty"}},
    {"strings.split_n", "[\"a,b,c\",\",\",2]", SAME("[\"a\",\"b\"]")},
    {"strings.split_n", "[\"a,b,c\",\",\",-1]", SAME("[\"c\"]")},
    {"strings.split_n", "[\"a,b,c\",\",\",9]", SAME("[\"a\",\"b\",\"c\"]")},
    {"concat", "[\",\",{\"set\":[\"b\",\"a\"]}]", SAME("\"a,b\"")},
    {"concat", "[\",\",[\"a\",1]]", SAME("!concat: operand 2 must be array of strings but got array containing number")},
    {"concat", "[\",\",1]", SAME("!concat: operand 2 must be one of {set, array} but got number")},
};

static const struct call_case array_cases[] = {
    {"array.concat", "[[1],[2]]", SAME("[1,2]")},
    {"array.concat", "[{},[2]]", SAME("!array.concat: operand 1 must be array but got object")},
    {"array.reverse", "[[1,2]]", SAME("[2,1]")},
    {"array.slice", "[[1,2,3],1,99]", SAME("[2,3]")},
    {"array.slice", "[[1,2,3],-5,1]", SAME("[1]")},
    {"array.slice", "[[1,2,3],2,1]", SAME("[]")},
    {"array.flatten", "[[[1],2,[[3]]]]", SAME("[1,2,[3]]")},
    {"union", "[{\"set\":[{\"set\":[1]},{\"set\":[2]}]}]", SAME("[1,2]")},
    {"union", "[{\"set\":[]}]", SAME("[]")},
    {"intersection", "[{\"set\":[{\"set\":[1,2]},{\"set\":[2]}]}]", SAME("[2]")},
    {"walk", "[{\"a\":[1]}]", SAME("[[[],{\"a\":[1]}],[[\"a\"],[1]],[[\"a\",0],1]]")},
};

static const struct call_case graph_cases[] = {
    {"graph.reachable", "[{\"a\":[\"b\"],\"b\":[],\"c\":[\"a\"]},[\"a\",\"q\"]]", SAME("[\"a\",\"b\"]")},
    {"graph.reachable", "[1,[\"a\"]]", SAME("!graph.reachable: operand 1 must be object but got number")},
    {"graph.reachable_paths", "[{\"a\":[\"b\",\"c\"],\"b\":[\"a\",\"d\"],\"c\":[\"a\",\"b\"],\"d\":[\"a\",\"b\"]},[\"a\"]]", SAME("[[\"a\",\"b\"],[\"a\",\"b\",\"d\"],[\"a\",\"c\"]]")},
    {"graph.reachable_paths", "[{\"a\":[\"b\",\"a\"],\"b\":[]},[\"a\"]]", SAME("[[\"a\"],[\"a\",\"b\"]]")},
    {"graph.reachable_paths", "[{\"a\":[\"b\",\"x\",\"y\"],\"b\":[\"a\",\"x\"]},[\"a\",\"z\"]]", SAME("[[\"a\"],[\"a\",\"b\"]]")},
};

static const struct call_case object_cases[] = {
    {"object.get", "[{\"a\":[{\"b\":1}]},[\"a\",0,\"b\"],2]", SAME("1")},
    {"object.get", "[{\"a\":1},[],2]", SAME("{\"a\":1}")},
    {"object.get", "[{\"a\":1},\"b\",2]", SAME("2")},
    {"object.get", "[1,\"b\",2]", SAME("!object.get: operand 1 must be object but got number")},
    {"object.keys", "[{\"b\":1,\"a\":2}]", SAME("[\"a\",\"b\"]")},
    {"object.remove", "[{\"a\":1,\"b\":2},{\"a\":3}]", SAME("{\"b\":2}")},
    {"object.remove", "[{\"a\":1},null]", SAME("!object.remove: operand 2 must be one of {object, set, array} but got null")},
    {"object.filter", "[{\"a\":1,\"b\":2},[\"a\",\"z\"]]", SAME("{\"a\":1}")},
    {"object.union", "[{\"a\":{\"b\":1}},{\"a\":{\"c\":2}}]", SAME("{\"a\":{\"b\":1,\"c\":2}}")},
    {"object.union_n", "[[{\"a\":1},{\"a\":{\"b\":1}},{\"a\":{\"c\":1}}]]", SAME("{\"a\":{\"b\":1,\"c\":1}}")},
    {"object.union_n", "[[1]]", SAME("!object.union_n: operand 1 must be array of objects but got array containing number")},
    {"object.subset", "[{\"a\":[1,2,3]},{\"a\":[2,3]}]", SAME("true")},
    {"object.subset", "[[1,2,3],[1,3]]", SAME("false")},
    {"object.subset", "[[1,2,3],{\"set\":[1,3]}]", SAME("true")},
    {"object.subset", "[{\"set\":[1,2]},{\"set\":[1]}]", SAME("true")},
    {"object.subset", "[{},[1]]", SAME("!both arguments object.subset must be of the same type or array and set")},
};

static const struct call_case json_cases[] = {
    {"json.filter", "[{\"a\":{\"b\":1,\"c\":2},\"d\":[1,2]},[\"a/b\",\"d/1\"]]", SAME("{\"a\":{\"b\":1},\"d\":[2]}")},
    {"json.filter", "[{\"a\":1},[\"a/b\"]]", SAME("{\"a\":1}")},
    {"json.filter", "[{\"a\":{\"b\":1}},[\"a/b\",\"a\"]]", SAME("{\"a\":{\"b\":1}}")},
    {"json.filter", "[{\"a\":[1]},[1]]", SAME("!json.filter: operand 2 must be one of {set, array} containing string paths or array of path segments but got number")},
    {"json.remove", "[{\"a\":[1,2,3]},[\"a/0\",\"a/2\"]]", SAME("{\"a\":[2]}")},
    {"json.remove", "[{\"a~b\":1,\"c/d\":2},[\"a~0b\",\"c~1d\"]]", SAME("{}")},
    {"json.remove", "[{\"a\":{\"b\":1}},[\"/a/b/c\"]]", SAME("{\"a\":{\"b\":1}}")},
    {"json.remove", "[{\"a\":{\"set\":[1,2]}},[[\"a\",1]]]", SAME("{\"a\":[2]}")},
    {"json.patch", "[{\"a\":1},[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]]", SAME("{\"a\":1,\"b\":2}")},
    {"json.patch", "[{\"a\":[1,2]},[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":3}]]", SAME("{\"a\":[1,2,3]}")},
    {"json.patch", "[{\"a\":{\"set\":[1,2]}},[{\"op\":\"remove\",\"path\":[\"a\",1]}]]", SAME("{\"a\":[2]}")},
    {"json.patch", "[{\"a\":1},[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]]", SAME("{\"b\":1}")},
    {"json.patch", "[{\"a\":1},[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]]", SAME("!json.patch")},
    {"json.patch", "[{\"a\":1},[{\"op\":\"replace\",\"path\":\"\",\"value\":5}]]", SAME("5")},
    {"json.patch", "[[1],[{\"op\":\"add\",\"path\":\"/01\",\"value\":1}]]", SAME("!leading zeros are not allowed in JSON paths")},
    {"json.patch", "[[1],[{\"op\":\"add\",\"path\":\"/2\",\"value\":1}]]", SAME("!index for array insertion out of bounds")},
    {"json.patch", "[{\"a\":1},[{\"op\":\"remove\",\"path\":\"/z\"}]]", SAME("!json.patch")},
    {"json.marshal", "[{\"<\":\"&\"}]", {"\"{\\\"\\\\u003c\\\":\\\"\\\\u0026\\\"}\"", "\"{\\\"<\\\":\\\"&\\\"}\""}},
    {"json.unmarshal", "[\"[1.50]\"]", {"[1.50]", "[1.5]"}},
    {"json.unmarshal", "[\"1 2\"]", SAME("!json.unmarshal")},
    {"json.is_valid", "[1]", {"false", "!json.is_valid: operand 1 must be string but got number"}},
    {"json.is_valid", "[\"{\"]", SAME("false")},
    {"json.marshal_with_options", "[{\"a\":[1],\"b\":{},\"c\":\"[,\"},{\"indent\":\" \",\"prefix\":\"P\"}]", SAME("\"P{\\nP \\\"a\\\": [\\nP  1\\nP ],\\nP \\\"b\\\": {},\\nP \\\"c\\\": \\\"[,\\\"\\nP}\"")},
    {"json.marshal_with_options", "[{\"a\":1},{}]", SAME("\"{\\\"a\\\":1}\"")},
    {"json.marshal_with_options", "[1,{\"x\":1}]", SAME("!object contained unknown key \"x\"")},
};

static const struct call_case encode_cases[] = {
    {"base64.encode", "[\"ab?>\"]", SAME("\"YWI/Pg==\"")},
    {"base64.decode", "[\"YQ\"]", SAME("!illegal base64 data")},
    {"base64.decode", "[\"YQ==\\n\"]", {"\"a\"", "!illegal base64 data"}},
    {"base64.decode", "[\"Y==\"]", SAME("!illegal base64 data")},
    {"base64.decode", "[\"Y Q==\"]", SAME("!illegal base64 data")},
    {"base64.decode", "[\"YWI/Pg==\"]", {"\"ab?\\u003e\"", "\"ab?>\""}},
    {"base64.is_valid", "[\"YQ==\"]", SAME("true")},
    {"base64url.encode", "[\"ab?>\"]", SAME("\"YWI_Pg==\"")},
    {"base64url.encode_no_pad", "[\"ab?>\"]", SAME("\"YWI_Pg\"")},
    {"base64url.decode", "[\"YWI_Pg\"]", {"\"ab?\\u003e\"", "\"ab?>\""}},
    {"hex.encode", "[\"jé\"]", SAME("\"6ac3a9\"")},
    {"hex.decode", "[\"6A\"]", SAME("\"j\"")},
    {"hex.decode", "[\"6\"]", SAME("!hex.decode")},
    {"urlquery.encode", "[\"a b&c=é~-_.\"]", SAME("\"a+b%26c%3D%C3%A9~-_.\"")},
    {"urlquery.decode", "[\"a+b%20\"]", SAME("\"a b \"")},
    {"urlquery.decode", "[\"%zz\"]", SAME("!invalid URL escape \"%zz\"")},
    {"urlquery.encode_object", "[{\"a\":[\"b\",\"c\"],\"d\":\"e f\",\"g\":{\"set\":[\"y\",\"x\"]}}]", SAME("\"a=b\\u0026a=c\\u0026d=e+f\\u0026g=x\\u0026g=y\"")},
    {"urlquery.decode_object", "[\"a=b&c&a=d\"]", SAME("{\"a\":[\"b\",\"d\"],\"c\":[\"\"]}")},
};

static const struct call_case units_cases[] = {
    {"units.parse", "[\"1.5Ki\"]", SAME("1536")},
    {"units.parse", "[\"1.5m\"]", {"0.0015000000", "0.0015"}},
    {"units.parse", "[\"\\\"10G\\\"\"]", SAME("10000000000")},
    {"units.parse", "[\"3.1234567890123K\"]", SAME("3123.4567890123")},
    {"units.parse", "[\"0.33333333333333\"]", {"0.3333333333", "0.33333333333333"}},
    {"units.parse", "[\"\"]", SAME("!units.parse: no amount provided")},
    {"units.parse", "[\"1 K\"]", SAME("!units.parse: spaces not allowed in resource strings")},
    {"units.parse", "[\"1.2.3\"]", SAME("!units.parse: could not parse amount to a number")},
    {"units.parse", "[\"1KB\"]", SAME("!not recognized")},
    {"units.parse", "[\"10ei\"]", SAME("11529215046068469760")},
    {"units.parse_bytes", "[\"1.5\"]", SAME("1")},
    {"units.parse_bytes", "[\"10kb\"]", SAME("10000")},
    {"units.parse_bytes", "[\"10KIB\"]", SAME("10240")},
    {"units.parse_bytes", "[\"1m\"]", SAME("1000000")},
    {"units.parse_bytes", "[\"-1.5K\"]", SAME("-1500")},
};

static const struct call_case semver_cases[] = {
    {"semver.is_valid", "[\"1.2.3-a.1+b\"]", SAME("true")},
    {"semver.is_valid", "[\"v1.2.3\"]", SAME("false")},
    {"semver.is_valid", "[\"1.02.3\"]", SAME("false")},
    {"semver.is_valid", "[1]", SAME("false")},
    {"semver.compare", "[\"1.0.0-alpha\",\"1.0.0-alpha.1\"]", SAME("-1")},
    {"semver.compare", "[\"1.0.0-alpha.beta\",\"1.0.0-alpha.1\"]", SAME("1")},
    {"semver.compare", "[\"1.0.0\",\"1.0.0-rc\"]", SAME("1")},
    {"semver.compare", "[\"1.0.0+a\",\"1.0.0+b\"]", SAME("0")},
    {"semver.compare", "[\"1\",\"1.0.0\"]", SAME("!semver.compare: operand 1: string \"1\" is not a valid SemVer")},
};

static const struct call_case net_cases[] = {
    {"net.cidr_contains", "[\"10.0.0.0/8\",\"10.1.1.1\"]", SAME("true")},
    {"net.cidr_contains", "[\"::ffff:10.0.0.0/104\",\"10.0.0.1\"]", SAME("true")},
    {"net.cidr_contains", "[\"10.0.0.0/33\",\"10.1.1.1\"]", SAME("!invalid CIDR address: 10.0.0.0/33")},
    {"net.cidr_intersects", "[\"10.0.0.0/8\",\"10.1.0.0/16\"]", SAME("true")},
    {"net.cidr_is_valid", "[\"010.0.0.1/8\"]", SAME("false")},
    {"net.cidr_expand", "[\"2001:db8::/127\"]", SAME("[\"2001:db8::\",\"2001:db8::1\"]")},
    {"net.cidr_expand", "[\"::/0\"]", SAME("!too many addresses")},
    {"net.cidr_merge", "[[\"10.0.0.1\",\"10.0.0.0\"]]", SAME("[\"10.0.0.0/8\"]")},
    {"net.cidr_merge", "[[\"0.0.0.0/1\",\"128.0.0.0/1\"]]", SAME("[\"0.0.0.0/0\"]")},
    {"net.cidr_merge", "[[\"2001::1\"]]", SAME("!IPv6 invalid: needs prefix length")},
    {"net.cidr_contains_matches", "[[\"1.1.1.0/24\"],{\"a\":\"1.1.1.1\",\"b\":[\"1.1.1.2\",\"foo\"]}]", SAME("[[0,\"a\"],[0,\"b\"]]")},
    {"net.cidr_contains_matches", "[[[]],\"1.1.1.1\"]", SAME("!operand 1: element must be string or non-empty array")},
};

static const struct call_case crypto_cases[] = {
    {"crypto.md5", "[\"a\"]", SAME("\"0cc175b9c0f1b6a831c399e269772661\"")},
    {"crypto.sha1", "[\"a\"]", SAME("\"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8\"")},
    {"crypto.sha256", "[\"\"]", SAME("\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"")},
    {"crypto.hmac.sha256", "[\"a\",\"k\"]", SAME("\"78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e\"")},
    {"crypto.hmac.equal", "[\"a\",\"b\"]", SAME("false")},
};

static const struct call_case time_cases[] = {
    {"time.parse_rfc3339_ns", "[\"2017-06-02T19:00:00-07:00\"]", SAME("1496455200000000000")},
    {"time.parse_rfc3339_ns", "[\"1677-09-21T00:12:43.145224191-00:00\"]", SAME("!time outside of valid range")},
    {"time.parse_rfc3339_ns", "[\"2017-02-29T00:00:00Z\"]", SAME("!time.parse_rfc3339_ns")},
    {"time.parse_ns", "[\"RFC822Z\",\"02 Jun 17 19:00 -0700\"]", SAME("1496455200000000000")},
    {"time.parse_ns", "[\"01/02 03:04:05PM '06 -0700\",\"06/02 07:00:00PM '17 -0700\"]", SAME("1496455200000000000")},
    {"time.format", "[1496455200000000001]", SAME("\"2017-06-03T02:00:00.000000001Z\"")},
    {"time.format", "[[1496455200000000000,\"UTC\",\"Mon Jan _2 3:04PM .000 MST -07:00\"]]", SAME("\"Sat Jun  3 2:00AM .000 UTC +00:00\"")},
    {"time.format", "[[0,\"No/Where\"]]", SAME("!unknown time zone No/Where")},
    {"time.format", "[[0,\"../../etc/passwd\"]]", SAME("!unknown time zone")},
    {"time.format", "[1e40]", SAME("!timestamp too big")},
    {"time.date", "[1582977600000000000]", SAME("[2020,2,29]")},
    {"time.clock", "[1582977600000000000]", SAME("[12,0,0]")},
    {"time.weekday", "[1517832000000000000]", SAME("\"Monday\"")},
    {"time.add_date", "[1585852421593912000,3,9,12]", SAME("1705257221593912000")},
    {"time.add_date", "[0,2262,1,1]", SAME("!time outside of valid range")},
    {"time.diff", "[1580601600000000000,1583020800000000000]", SAME("[0,0,28,0,0,0]")},
    {"time.parse_duration_ns", "[\"1h6m13.3s20ms15µs1ns\"]", SAME("3973320015001")},
    {"time.parse_duration_ns", "[\"-1.5h\"]", SAME("-5400000000000")},
    {"time.parse_duration_ns", "[\"1\"]", SAME("!invalid duration")},
    {"time.parse_duration_ns", "[\"\"]", SAME("!invalid duration")},
};

static const struct call_case type_cases[] = {
    {"is_null", "[null]", SAME("true")},
    {"is_set", "[{\"set\":[]}]", SAME("true")},
    {"is_array", "[{}]", SAME("false")},
    {"type_name", "[{\"set\":[1]}]", SAME("\"set\"")},
    {"trace", "[\"a\"]", {"true", "\"a\""}},
    {"cast_array", "[{\"set\":[2,1]}]", SAME("[1,2]")},
    {"cast_set", "[1]", SAME("!cast_set: operand 1 must be one of {array, set} but got number")},
    {"cast_string", "[\"a\"]", SAME("\"a\"")},
};

static const struct call_case format_cases[] = {
    {"sprintf", "[\"%d|%5d|%-5d|%05d|%+d|% d\",[1,2,3,4,5,6]]", {"\"1|    2|3    |00004|+5| 6\"", "!not supported"}},
    {"sprintf", "[\"%d %05d %x\",[1,2,255]]", SAME("\"1 00002 ff\"")},
    {"sprintf", "[\"%x|%X|%#x|%o|%#o|%O|%b|%#b|%c|%q|%U\",[255,255,255,8,8,8,5,5,65,65,65]]", {"\"ff|FF|0xff|10|010|0o10|101|0b101|A|'A'|U+0041\"", "!not supported"}},
    {"sprintf", "[\"%e|%f|%g|%.3g|%08.2f|%+.1f\",[1.5,1.5,1.5,123.456,-1.5,1.5]]", {"\"1.500000e+00|1.500000|1.5|123|-0001.50|+1.5\"", "!not supported"}},
    {"sprintf", "[\"%v %v %v\",[1e6,0.00001,100000.5]]", {"\"1e+06 1e-05 100000.5\"", "\"1000000 0.00001 100000.5\""}},
    {"sprintf", "[\"%s|%10s|%-10s|%.2s|%q|%x|% x|%#q|%+q\",[\"abc\",\"é\",\"é\",\"héllo\",\"a\\\"é\\n\",\"hé\",\"hé\",\"a`b\",\"é\"]]", {"\"abc|         é|é         |hé|\\\"a\\\\\\\"é\\\\n\\\"|68c3a9|68 c3 a9|\\\"a`b\\\"|\\\"\\\\u00e9\\\"\"", "!not supported"}},
    {"sprintf", "[\"%d\",[\"a\"]]", {"\"%!d(string=a)\"", "\"\""}},
    {"sprintf", "[\"%d %d\",[1]]", {"\"1 %!d(MISSING)\"", "!too few arguments"}},
    {"sprintf", "[\"%d\",[1,2,\"x\",1.5]]", {"\"1%!(EXTRA int=2, string=x, float64=1.5)\"", "!too many arguments"}},
    {"sprintf", "[\"%\",[]]", {"\"%!(NOVERB)\"", "!not supported"}},
    {"sprintf", "[\"%[2]d %[1]d\",[1,2]]", {"\"2 1\"", "!not supported"}},
    {"sprintf", "[\"%[3]d\",[1]]", {"\"%!d(BADINDEX)\"", "!not supported"}},
    {"sprintf", "[\"%*d\",[\"a\",1]]", {"\"%!(BADWIDTH)1\"", "!not supported"}},
    {"sprintf", "[\"%.*f\",[2,1.555]]", {"\"1.55\"", "!not supported"}},
    {"sprintf", "[\"%v %v\",[[1,\"a\"],{\"a\":{\"set\":[1]}}]]", SAME("\"[1, \\\"a\\\"] {\\\"a\\\": {1}}\"")},
    {"sprintf", "[\"%T %T\",[1,12345678901234567890123]]", {"\"int *big.Int\"", "!not supported"}},
    {"sprintf", "[\"%x\",[1.5]]", {"\"0x1.8p+00\"", "!not an integer"}},
    {"sprintf", "[\"%.3d|%.0d|%5.3d\",[5,0,5]]", {"\"005||  005\"", "!not supported"}},
    {"sprintf", "[\"%d%%\",[5]]", SAME("\"5%\"")},
    {"sprintf", "[\"%e|%f|%8f|%.2f\",[1.5,1.5,2.5,1.556]]", {"\"1.500000e+00|1.500000|2.500000|1.56\"", "\"1.5e0|1.5|     2.5|1.56\""}},
    {"sprintf", "[\"%x\",[-255]]", {"\"-ff\"", "\"--ff\""}},
};

/* clang-format on */

static void
builtin__aggregate(void **state)
{
	(void)state;
	call_check_all(aggregate_cases, COUNT(aggregate_cases));
}

static void
builtin__operator(void **state)
{
	(void)state;
	call_check_all(operator_cases, COUNT(operator_cases));
}

static void
builtin__number(void **state)
{
	(void)state;
	call_check_all(number_cases, COUNT(number_cases));
}

static void
builtin__string(void **state)
{
	(void)state;
	call_check_all(string_cases, COUNT(string_cases));
}

static void
builtin__array(void **state)
{
	(void)state;
	call_check_all(array_cases, COUNT(array_cases));
}

static void
builtin__graph(void **state)
{
	(void)state;
	call_check_all(graph_cases, COUNT(graph_cases));
}

static void
builtin__object(void **state)
{
	(void)state;
	call_check_all(object_cases, COUNT(object_cases));
}

static void
builtin__json(void **state)
{
	(void)state;
	call_check_all(json_cases, COUNT(json_cases));
}

static void
builtin__encode(void **state)
{
	(void)state;
	call_check_all(encode_cases, COUNT(encode_cases));
}

static void
builtin__units(void **state)
{
	(void)state;
	call_check_all(units_cases, COUNT(units_cases));
}

static void
builtin__semver(void **state)
{
	(void)state;
	call_check_all(semver_cases, COUNT(semver_cases));
}

static void
builtin__net(void **state)
{
	(void)state;
	call_check_all(net_cases, COUNT(net_cases));
}

static void
builtin__crypto(void **state)
{
	(void)state;
	call_check_all(crypto_cases, COUNT(crypto_cases));
}

static void
builtin__time(void **state)
{
	(void)state;
	call_check_all(time_cases, COUNT(time_cases));
}

static void
builtin__type(void **state)
{
	(void)state;
	call_check_all(type_cases, COUNT(type_cases));
}

static void
builtin__format(void **state)
{
	(void)state;
	call_check_all(format_cases, COUNT(format_cases));
}

/* A profile has what its engine has (rego 9). */
static void
builtin__availability(void **state)
{
	static const struct {
		const char *name, *in; /* o, k, 2 (0.2.8), 1 (0.1.5) */
	} some[] = {{"count", "ok21"}, {"base64.encode", "ok1"},
	    {"strings.count", "ok2"}, {"walk", "o"}, {"plus", "o"},
	    {"time.now_ns", "o"}, {"nothing", ""}};
	static const char letters[] = "ok21";
	size_t i, p;

	(void)state;
	for (i = 0; i < COUNT(some); i++)
		for (p = 0; p < REGO_PROFILES_MAX; p++)
			assert_int_equal(rego_builtin_find(&rego_profiles[p],
					     str_from(some[i].name)) != NULL,
			    strchr(some[i].in, letters[p]) != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(builtin__aggregate),
	    cmocka_unit_test(builtin__operator),
	    cmocka_unit_test(builtin__number),
	    cmocka_unit_test(builtin__string),
	    cmocka_unit_test(builtin__array),
	    cmocka_unit_test(builtin__graph),
	    cmocka_unit_test(builtin__object),
	    cmocka_unit_test(builtin__json),
	    cmocka_unit_test(builtin__encode),
	    cmocka_unit_test(builtin__units),
	    cmocka_unit_test(builtin__semver),
	    cmocka_unit_test(builtin__net),
	    cmocka_unit_test(builtin__crypto),
	    cmocka_unit_test(builtin__time),
	    cmocka_unit_test(builtin__type),
	    cmocka_unit_test(builtin__format),
	    cmocka_unit_test(builtin__availability),
	};

	return cmocka_run_group_tests(tests, unit_setup, call_teardown);
}
