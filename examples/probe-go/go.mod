module quorumscope.example/probe

go 1.21
