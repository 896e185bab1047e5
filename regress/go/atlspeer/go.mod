module atlspeer

go 1.19
