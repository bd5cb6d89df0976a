module gosync-parity

go 1.27
