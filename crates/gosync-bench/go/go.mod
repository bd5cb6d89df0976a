module gosync/bench

go 1.27
