/* The arithmetic of the video engine. Compiled twice, for plain and for newer processors; dispatch.c
 * chooses. Loops are written so that a compiler turns them into vector code by itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif
#include "kernel.h"

#define LOBES 3
#define FINE 2048 /* entries of the filter's table for each pixel of distance */
#define STRIP 64  /* rows that are resized, turned and resized again while they are in the cache */

typedef struct {
    int taps;      /* the most of any output pixel */
    int *first;    /* the first input pixel of each output pixel */
    int *count;    /* how many it has */
    int16_t *tap;  /* output x taps, in 1/16384 */
} weights;

/* ---- the filter: Lanczos with three lobes, widened where the picture gets smaller ---- */

static float filter[LOBES * FINE + 2];

static void fill_filter(void) {
    const double pi = 3.14159265358979323846;
    filter[0] = 1.0f;
    for (int i = 1; i < LOBES * FINE; i++) {
        double x = pi * i / FINE;
        filter[i] = (float)(sin(x) / x * sin(x / LOBES) / (x / LOBES));
    }
}

static inline float filter_at(double x) {
    double at = fabs(x) * FINE;
    int i = (int)at;
    if (i >= LOBES * FINE) return 0.0f;
    float part = (float)(at - i);
    return filter[i] + (filter[i + 1] - filter[i]) * part;
}

/* Where the last bits of a sum go that rounding lost: to the biggest tap, so that a plain area
 * keeps its level to the bit. */
static void settle(int16_t *tap, int count, int missing) {
    int biggest = 0;
    for (int k = 1; k < count; k++)
        if (tap[k] > tap[biggest]) biggest = k;
    tap[biggest] = (int16_t)(tap[biggest] + missing);
}

static int weigh(weights *w, char *room, int in, int out, double from, double to, float gain) {
    double step = (to - from) / out, wide = step > 1.0 ? step : 1.0, reach = LOBES * wide;
    w->taps = (int)ceil(reach) * 2 + 1;
    w->first = (int *)room;
    w->count = w->first + out;
    w->tap = (int16_t *)(w->count + out);
    float *exact = (float *)(w->tap + (size_t)out * w->taps + (out & 1));
    for (int i = 0; i < out; i++) {
        double centre = from + (i + 0.5) * step;
        int low = (int)floor(centre - reach + 0.5), high = (int)floor(centre + reach + 0.5);
        low = low < 0 ? 0 : low > in - 1 ? in - 1 : low;
        high = high > in ? in : high <= low ? low + 1 : high;
        int count = high - low > w->taps ? w->taps : high - low;
        float sum = 0.0f;
        for (int k = 0; k < count; k++) sum += exact[k] = filter_at((low + k + 0.5 - centre) / wide);
        if (sum == 0.0f) { exact[0] = sum = 1.0f; count = 1; }
        int16_t *tap = w->tap + (size_t)i * w->taps;
        int total = 0, wanted = (int)lrintf(16384.0f * gain);
        for (int k = 0; k < count; k++) total += tap[k] = (int16_t)lrintf(exact[k] / sum * gain * 16384.0f);
        settle(tap, count, wanted - total);
        while (count > 1 && tap[count - 1] == 0) count--; /* the filter's ends are naught */
        while (count > 1 && tap[0] == 0) { memmove(tap, tap + 1, --count * sizeof *tap); low++; }
        w->first[i] = low;
        w->count[i] = count;
    }
    return 0;
}

static size_t weights_room(int out, double from, double to) {
    double step = (to - from) / out, wide = step > 1.0 ? step : 1.0;
    size_t taps = (size_t)ceil(LOBES * wide) * 2 + 1;
    return (size_t)out * (2 * sizeof(int) + taps * sizeof(int16_t)) + (taps + 2) * sizeof(float) + 64;
}

/* ---- one output row: the sum of `taps` rows of the input, each by its weight ---- */

/* Two rows at a time: their bytes side by side, times two weights, added by one instruction. The
 * sums are exact, in 1/16384 of a level. */
#if defined(__AVX2__)
#define LANES 32
static void lanes(const uint8_t *row, ptrdiff_t stride, const int16_t *tap, int taps, uint8_t *out,
                  int32_t bias) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i a = _mm256_set1_epi32(bias), b = a, c = a, d = a;
    for (int k = 0; k < taps; k += 2, row += 2 * stride) {
        int second = k + 1 < taps;
        __m256i w = _mm256_set1_epi32((uint16_t)tap[k] | (second ? tap[k + 1] * 65536 : 0));
        __m256i p = _mm256_loadu_si256((const __m256i *)row);
        __m256i q = _mm256_loadu_si256((const __m256i *)(second ? row + stride : row));
        __m256i low = _mm256_unpacklo_epi8(p, q), high = _mm256_unpackhi_epi8(p, q);
        a = _mm256_add_epi32(a, _mm256_madd_epi16(_mm256_unpacklo_epi8(low, zero), w));
        b = _mm256_add_epi32(b, _mm256_madd_epi16(_mm256_unpackhi_epi8(low, zero), w));
        c = _mm256_add_epi32(c, _mm256_madd_epi16(_mm256_unpacklo_epi8(high, zero), w));
        d = _mm256_add_epi32(d, _mm256_madd_epi16(_mm256_unpackhi_epi8(high, zero), w));
    }
    __m256i ab = _mm256_packs_epi32(_mm256_srai_epi32(a, 14), _mm256_srai_epi32(b, 14));
    __m256i cd = _mm256_packs_epi32(_mm256_srai_epi32(c, 14), _mm256_srai_epi32(d, 14));
    _mm256_storeu_si256((__m256i *)out, _mm256_packus_epi16(ab, cd));
}
#elif defined(__SSE2__)
#define LANES 16
static void lanes(const uint8_t *row, ptrdiff_t stride, const int16_t *tap, int taps, uint8_t *out,
                  int32_t bias) {
    const __m128i zero = _mm_setzero_si128();
    __m128i a = _mm_set1_epi32(bias), b = a, c = a, d = a;
    for (int k = 0; k < taps; k += 2, row += 2 * stride) {
        int second = k + 1 < taps;
        __m128i w = _mm_set1_epi32((uint16_t)tap[k] | (second ? tap[k + 1] * 65536 : 0));
        __m128i p = _mm_loadu_si128((const __m128i *)row);
        __m128i q = _mm_loadu_si128((const __m128i *)(second ? row + stride : row));
        __m128i low = _mm_unpacklo_epi8(p, q), high = _mm_unpackhi_epi8(p, q);
        a = _mm_add_epi32(a, _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), w));
        b = _mm_add_epi32(b, _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), w));
        c = _mm_add_epi32(c, _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), w));
        d = _mm_add_epi32(d, _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), w));
    }
    __m128i ab = _mm_packs_epi32(_mm_srai_epi32(a, 14), _mm_srai_epi32(b, 14));
    __m128i cd = _mm_packs_epi32(_mm_srai_epi32(c, 14), _mm_srai_epi32(d, 14));
    _mm_storeu_si128((__m128i *)out, _mm_packus_epi16(ab, cd));
}
#else
#define LANES 64
static void lanes(const uint8_t *row, ptrdiff_t stride, const int16_t *tap, int taps, uint8_t *out,
                  int32_t bias) {
    int32_t sum[LANES];
    for (int x = 0; x < LANES; x++) sum[x] = bias;
    for (int k = 0; k < taps; k++, row += stride)
        for (int x = 0; x < LANES; x++) sum[x] += row[x] * tap[k];
    for (int x = 0; x < LANES; x++) {
        int32_t v = sum[x] >> 14;
        out[x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}
#endif

static void one_row(const uint8_t *row, ptrdiff_t stride, const int16_t *tap, int taps,
                    uint8_t *out, int n, int32_t bias) {
    if (n < LANES) {
        for (int x = 0; x < n; x++) {
            int32_t sum = bias;
            for (int k = 0; k < taps; k++) sum += row[k * stride + x] * tap[k];
            sum >>= 14;
            out[x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
        return;
    }
    int x = 0;
    for (; x + LANES <= n; x += LANES) lanes(row + x, stride, tap, taps, out + x, bias);
    /* The last ones overlap those before, so that nothing is read or written beyond the row. */
    if (x < n) lanes(row + n - LANES, stride, tap, taps, out + n - LANES, bias);
}

/* ---- turning: rows become columns ---- */

#if defined(__SSE2__)
static void turn_block(const uint8_t *src, ptrdiff_t ss, uint8_t *dst, ptrdiff_t ds) {
    __m128i a[16], b[16];
    for (int i = 0; i < 16; i++) a[i] = _mm_loadu_si128((const __m128i *)(src + i * ss));
    for (int i = 0; i < 8; i++) {
        b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 8]);
        b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 8]);
    }
    for (int i = 0; i < 8; i++) {
        a[2 * i] = _mm_unpacklo_epi8(b[i], b[i + 8]);
        a[2 * i + 1] = _mm_unpackhi_epi8(b[i], b[i + 8]);
    }
    for (int i = 0; i < 8; i++) {
        b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 8]);
        b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 8]);
    }
    for (int i = 0; i < 8; i++) {
        _mm_storeu_si128((__m128i *)(dst + 2 * i * ds), _mm_unpacklo_epi8(b[i], b[i + 8]));
        _mm_storeu_si128((__m128i *)(dst + (2 * i + 1) * ds), _mm_unpackhi_epi8(b[i], b[i + 8]));
    }
}
#else
static void turn_block(const uint8_t *src, ptrdiff_t ss, uint8_t *dst, ptrdiff_t ds) {
    for (int i = 0; i < 16; i++)
        for (int j = 0; j < 16; j++) dst[i * ds + j] = src[j * ss + i];
}
#endif

static void turn(const uint8_t *src, ptrdiff_t ss, uint8_t *dst, ptrdiff_t ds, int rows, int cols) {
    int y = 0;
    for (; y + 16 <= rows; y += 16) {
        int x = 0;
        for (; x + 16 <= cols; x += 16) turn_block(src + y * ss + x, ss, dst + x * ds + y, ds);
        for (; x < cols; x++)
            for (int j = y; j < y + 16; j++) dst[x * ds + j] = src[j * ss + x];
    }
    for (; y < rows; y++)
        for (int x = 0; x < cols; x++) dst[x * ds + y] = src[y * ss + x];
}

/* ---- what dispatch.c calls ---- */

static _Thread_local char *room;
static _Thread_local size_t roomy;

static int make_room(size_t wanted) {
    if (wanted <= roomy) return 0;
    free(room);
    room = malloc(wanted);
    roomy = room ? wanted : 0;
    return room ? 0 : -1;
}

void NAME(prepare)(void) { fill_filter(); }

int NAME(resize_turned)(const uint8_t *src, int64_t stride, int rows, int cols, uint8_t *dst,
                        int64_t dst_stride, int out_rows, int out_cols, const double box[4],
                        float gain, float offset) {
    double top = box[0], bottom = box[1], left = box[2], right = box[3];
    if (rows < 1 || cols < 1 || out_rows < 1 || out_cols < 1 || !(bottom > top) || !(right > left))
        return -2;
    /* Only the columns that the second pass will look at go through the first. */
    double reach = LOBES * fmax(1.0, (right - left) / out_cols) + 1.0;
    int low = (int)fmax(0.0, floor(left - reach)), high = (int)fmin(cols, ceil(right + reach));
    if (low >= cols) low = cols - 1;
    if (high <= low) high = low + 1;
    int n = high - low;
    size_t line = ((size_t)n + 63) & ~(size_t)63;
    size_t first = (weights_room(out_rows, top, bottom) + 63) & ~(size_t)63;
    size_t second = (weights_room(out_cols, left, right) + 63) & ~(size_t)63;
    if (make_room(first + second + 2 * line * STRIP + 128)) return -1;
    char *base = (char *)(((uintptr_t)room + 63) & ~(uintptr_t)63);
    weights down, across;
    weigh(&down, base, rows, out_rows, top, bottom, 1.0f);
    weigh(&across, base + first, n, out_cols, left - low, right - low, gain);
    uint8_t *strip = (uint8_t *)base + first + second, *turned = strip + line * STRIP;
    int32_t half = 8192, shift = (int32_t)lrintf(offset * 16384.0f) + half;
    for (int y = 0; y < out_rows; y += STRIP) {
        int height = out_rows - y < STRIP ? out_rows - y : STRIP;
        for (int i = 0; i < height; i++)
            one_row(src + down.first[y + i] * stride + low, stride,
                    down.tap + (size_t)(y + i) * down.taps, down.count[y + i],
                    strip + i * line, n, half);
        turn(strip, (ptrdiff_t)line, turned, STRIP, height, n);
        for (int x = 0; x < out_cols; x++)
            one_row(turned + (ptrdiff_t)across.first[x] * STRIP, STRIP,
                    across.tap + (size_t)x * across.taps, across.count[x],
                    dst + x * dst_stride + y, height, shift);
    }
    return 0;
}

void NAME(mix)(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out,
               int64_t n, int share) {
    int16_t of_b = (int16_t)share, of_a = (int16_t)(256 - share);
    for (int64_t i = 0; i < n; i++) out[i] = (uint8_t)((a[i] * of_a + b[i] * of_b + 128) >> 8);
}

void NAME(lay_over)(uint8_t *dst, int64_t stride, const uint8_t *colour, const uint8_t *alpha,
                    int rows, int cols, int share) {
    for (int y = 0; y < rows; y++) {
        uint8_t *restrict d = dst + y * stride;
        const uint8_t *restrict c = colour + (int64_t)y * cols, *restrict a = alpha + (int64_t)y * cols;
        for (int x = 0; x < cols; x++) {
            uint16_t of = (uint16_t)((a[x] * share + 128) >> 8);
            uint16_t sum = (uint16_t)(d[x] * (255 - of) + c[x] * of + 128);
            d[x] = (uint8_t)((sum + (sum >> 8)) >> 8);
        }
    }
}
