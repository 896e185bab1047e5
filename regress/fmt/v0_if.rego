package v0.words
import future.keywords
a := 1
b if { a == 1 }
c contains x if { x := a }
d[x] { x := a }
e[x] := 1 { x := a }
f { a } else := 2 { b
}
