package v0.cases
import future.keywords.in
import data.b
import data.a
a = 1
b := 2
c { a == 1 }
c { a == 2; b == 3 } { a == 4 }
d[x] { x = [1, 2][_] }
d["k"] { true }
e[x] = y { y = x; x = 1 }
f(x) = y { y := x + 1 } else = 2 { x }
g = {"a": 1,
  "b": 2} { a
  b in [1] }
h[1]
# comment
i["a b"] = c
j.k.l { c }
default m = true
