package p

import rego.v1

many := [x * y | some x in numbers.range(1, 1000); some y in numbers.range(1, 1000)]

clash := 1 if true

clash := 2 if not missing.here with input as {"a": [1]}

text := sprintf("%v %d", [sort([3, 1, 2]), count("é")])
