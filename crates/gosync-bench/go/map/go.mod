module gosync/bench/map

go 1.24
