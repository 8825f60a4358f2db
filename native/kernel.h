/* What the two builds of resize.c and the library itself have in common. */
#ifndef MEDLEY_KERNEL_H
#define MEDLEY_KERNEL_H
#include <stddef.h>
#include <stdint.h>

#ifndef VARIANT
#define VARIANT plain
#endif
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(function) JOIN(function, VARIANT)

#define DECLARE(v)                                                                               \
    void prepare_##v(void);                                                                      \
    int resize_turned_##v(const uint8_t *, int64_t, int, int, uint8_t *, int64_t, int, int,      \
                          const double[4], float, float);                                        \
    void mix_##v(const uint8_t *restrict, const uint8_t *restrict, uint8_t *restrict, int64_t, int); \
    void lay_over_##v(uint8_t *, int64_t, const uint8_t *, const uint8_t *, int, int, int);

DECLARE(plain)
DECLARE(newer)
#endif
