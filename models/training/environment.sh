# Sourced before python: large tensors otherwise are mapped and zeroed again at every step (2-3 times slower on CPU).
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000
export MALLOC_TOP_PAD_=268435456 OMP_WAIT_POLICY=passive
