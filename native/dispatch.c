/* The library's functions: each goes to the build of resize.c that this processor can run. */
#include "kernel.h"

#define API __attribute__((visibility("default")))
#define ABI 1

static int newer;

#if defined(HAVE_NEWER)
#include <cpuid.h>
#define EITHER(f, ...) (newer ? f##_newer(__VA_ARGS__) : f##_plain(__VA_ARGS__))

/* Whether the processor has AVX2, BMI2 and FMA, and the system keeps their registers. */
static int has_newer(void) {
    unsigned a, b, c, d, low, high;
    const unsigned fma = 1u << 12, xsave = 1u << 27, avx = 1u << 28, avx2 = 1u << 5, bmi2 = 1u << 8;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (fma | xsave | avx)) != (fma | xsave | avx)) return 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & (avx2 | bmi2)) == (avx2 | bmi2);
}
#else
#define EITHER(f, ...) f##_plain(__VA_ARGS__)
static int has_newer(void) { return 0; }
#endif

__attribute__((constructor)) static void set_up(void) {
    newer = has_newer();
    EITHER(prepare);
}

/* The version of these functions' arguments; a caller that knows another must not go on. */
API int medley_abi(void) { return ABI; }

/* "newer" or "plain": which build is used. */
API const char *medley_variant(void) { return newer ? "newer" : "plain"; }

/* For tests: 0 asks for the plain build, 1 for the best. Answers what is used from now on. */
API int medley_choose(int best) {
    newer = best && has_newer();
    EITHER(prepare);
    return newer;
}

/* Resizes a part of a plane of bytes, and turns it: row y of the source is column y of the result.
 *
 * src, stride, rows, cols   the plane; stride in bytes from row to row
 * dst, dst_stride           the result: out_cols rows of out_rows bytes each
 * out_rows, out_cols        how many rows and columns of the source there shall be, before the turn
 * box                       top, bottom, left, right of the part, in pixels from the outer edges
 * gain, offset              every result is v * gain + offset; gain at most 1
 *
 * Returns 0, -1 without memory, -2 if a size is not positive. */
API int medley_resize_turned(const uint8_t *src, int64_t stride, int rows, int cols, uint8_t *dst,
                             int64_t dst_stride, int out_rows, int out_cols, const double box[4],
                             float gain, float offset) {
    return EITHER(resize_turned, src, stride, rows, cols, dst, dst_stride, out_rows, out_cols, box,
                  gain, offset);
}

/* out = (a * (256 - share) + b * share) / 256, for n bytes; out may not be a or b. */
API void medley_mix(const uint8_t *a, const uint8_t *b, uint8_t *out, int64_t n, int share) {
    EITHER(mix, a, b, out, n, share);
}

/* Lays rows x cols of a colour over dst by its alpha (0 to 255) times share / 256. */
API void medley_lay_over(uint8_t *dst, int64_t stride, const uint8_t *colour, const uint8_t *alpha,
                         int rows, int cols, int share) {
    EITHER(lay_over, dst, stride, colour, alpha, rows, cols, share);
}
