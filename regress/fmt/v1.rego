# Everything that the formatter moves, breaks or keeps.
package fmt.cases # beside the package
# above the imports
import input.request
import data.tools as t # beside an import
import data.roles
import rego.v1
import future.keywords.in

# a second group
import data.zones
import data["odd name"] as odd
default   allow := false
default limit = 10
one := 1
two = 2 # beside
three := 3 if request.x


four := 4
# above a rule
five := 5
allow if { request.user == "root"; not denied }
allow if {
  # first
  some role in roles   # beside
  # above a literal
  role.name == request.role


  count( role.grants )>0
  # last

  # really
}
denied if request.user in  {"x","y" , "z"}
else := false
size(x) := "small" if { x < limit } else := "big" if {
  x < 100
} else := "huge"
shape(
  x, [y,
  _]) := x if x == y
list := [1,2,
  3, # three
  4
]
flat := [ 1, 2,
]
broken := [
  1, 2]
nested := {"a": {"b": [
  1], "c": 2}, "d": set()}
entries := {"a": 1, "b": # kept
  2}
call := t.merge({"a": 1}, {
  "b": 2
})
calls := t.merge({
  "a": 1
}, [2], [3,
  4])
sums := [1 + 2 * 3, 1 - 2 - 3, (1 + 2) * 3, -1 + 2, 7 % 4 / 2]
unions := {(one | two), five}
member := 1 in [1] in [true]
pairs := [(0, 1 in [1]), 2 in [3]]
chosen := {x | some x in list; x > 1}
squares := [(x * x) |
  some x in list
  x > 1]
index := {k: v | some k, v in nested}
word := `raw "text"`
text := "escaped A\t"
path := request.a["b"]["c-d"][0].e["if"]
p contains x if { x := list[_] }
p contains {"k": x} if {
  every y in list { y > 0 }
  every y in list {
    y > 0; y < 9 }
  x := one + two + five
  one + two == x
  x in (list | flat)
  sprintf("%s %d", ["a",
    1]) == "a 1"
}
test_with if {
  allow with request as {"user": "root"} with data.roles as []
  allow with request as {"user": "root"}
    with data.roles as [
      "a"
    ]
  not allow with request.user as "nobody"
}
objects[k] := v if some k, v in nested
objects["fixed"] := 1 if true
vars if {
  some a, b
  list[a] == flat[b]
  some c,
    d
  list[c] != list[d]
}
what := $"{one}: {t.f(one,two)}"
# METADATA
# title: kept
# METADATA
# title: apart
last if { # opening
  one
} # closing
# the end
