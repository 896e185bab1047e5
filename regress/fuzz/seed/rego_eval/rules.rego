package p

import rego.v1

default allow := false

allow if {
	some i, x in [1, 2, 3]
	x > i
	every y in {1, 2} {
		y < 3
	}
}

pairs contains [k, v] if some k, v in {"a": 1, "b": [2]}

f(x) := x + 1 if x > 0

f(x) := 0 if x <= 0

n := count({f(x) | some x in numbers.range(-2, 2)})

o[k] := v if some k, v in {"a": {"b": 1}}

z := "big" if n > 3 else := "small"
