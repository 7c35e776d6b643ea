/* A packed tree of boxes in five dimensions: place (three, Earth-centred: no seams), time, height.
 *
 *   level 1   [ 16 boxes ]                        each box encloses one block below
 *   level 0   [ 16 boxes ][ 16 boxes ] ...        each box encloses one part, in Morton order
 *
 * A block keeps its lows and highs lane by lane, so that one comparison with all sixteen is a few vector
 * instructions. Boxes are floats, rounded outwards: the tree may offer a pair too many and never one too few.
 */
#ifndef THALWEG_TREE_H
#define THALWEG_TREE_H

#include "parts.h"

#define LANES 16
#define DIMS 5
#define LEVELS 12

typedef struct { float lo[DIMS][LANES], hi[DIMS][LANES]; } block;
typedef struct { float lo[DIMS], hi[DIMS]; } box5;

typedef struct {
    int64_t n;
    int32_t *item; /* parts in Morton order */
    int levels;
    int64_t count[LEVELS]; /* blocks of each level */
    block *level[LEVELS];
    double t_zero; /* times are kept relative to it, so that floats resolve them */
} tree;

static inline float down(double v) {
    float f = (float)v;
    return (double)f > v ? nextafterf(f, -INFINITY) : f;
}
static inline float up(double v) {
    float f = (float)v;
    return (double)f < v ? nextafterf(f, INFINITY) : f;
}

/* The box of a part, grown by its buffer and uncertainty and by half of the widest margin of its kind. */
static box5 box_of_part(const parts *p, const rules *r, const double *grow_h, const double *grow_v,
                        const double *grow_t, double t_zero, int64_t a) {
    box5 x;
    int64_t k = p->kind[p->declaration[a]];
    double lo[3] = {INFINITY, INFINITY, INFINITY}, hi[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (int64_t i = p->first[a]; i < p->first[a + 1]; i++) {
        double e[3] = {p->ex[i], p->ey[i], p->ez[i]};
        for (int d = 0; d < 3; d++) lo[d] = e[d] < lo[d] ? e[d] : lo[d], hi[d] = e[d] > hi[d] ? e[d] : hi[d];
    }
    /* the ground bulges above its vertices by less than reach^2 / R */
    double grow = p->radius[a] + p->u[a] + grow_h[k] + 1.0 + p->reach[a] * p->reach[a] / WGS84_R_MIN;
    for (int d = 0; d < 3; d++) x.lo[d] = down(lo[d] - grow), x.hi[d] = up(hi[d] + grow);
    x.lo[3] = down(p->t0[a] - t_zero - p->tu[a] - grow_t[k]);
    x.hi[3] = up(p->t1[a] - t_zero + p->tu[a] + grow_t[k]);
    datum_shift low = above_ellipsoid(p->lower_datum[a], p->geoid[a], r), high = above_ellipsoid(p->upper_datum[a], p->geoid[a], r);
    /* Heights over one and the same ground, sea or pressure are compared as they stand, and the geoid, taken at the first
     * vertex of each, may differ by up to 0.5 m for each km between the two (0.46 in the grid), and 193 m anywhere. */
    double slope = lesser(97.0, 5e-4 * (2.0 * p->reach[a] + p->radius[a] + p->u[a] + grow_h[k])) + 1.0;
    if (p->lower_datum[a] == WGS84 && p->upper_datum[a] == WGS84) slope = 1e-3;
    x.lo[4] = grow_v[k] < 0.0 ? -INFINITY : down(p->lower[a] + low.shift - low.allowance - p->zu[a] - grow_v[k] - slope);
    x.hi[4] = grow_v[k] < 0.0 ? INFINITY : up(p->upper[a] + high.shift + high.allowance + p->zu[a] + grow_v[k] + slope);
    return x;
}

static inline uint64_t spread(uint64_t v) { /* bits of a 12-bit number, five apart */
    uint64_t out = 0;
    for (int b = 0; b < 12; b++) out |= ((v >> b) & 1u) << (5 * b);
    return out;
}

static inline uint64_t cell(double v, double lo, double scale) {
    double c = (v - lo) / scale;
    return c <= 0.0 || isnan(c) ? 0 : c >= 4095.0 ? 4095 : (uint64_t)c;
}

/* Stable radix sort of keys with their items, eleven bits a pass. */
static int sort_by_key(uint64_t *key, int32_t *item, int64_t n) {
    uint64_t *k2 = malloc((size_t)n * sizeof *k2);
    int32_t *i2 = malloc((size_t)n * sizeof *i2);
    if (!k2 || !i2) { free(k2), free(i2); return 0; }
    for (int shift = 0; shift < 64; shift += 11) {
        int64_t count[2049] = {0};
        for (int64_t i = 0; i < n; i++) count[((key[i] >> shift) & 2047) + 1]++;
        int single = 0;
        for (int d = 0; d < 2048; d++) single |= count[d + 1] == n;
        if (single) continue;
        for (int d = 0; d < 2048; d++) count[d + 1] += count[d];
        for (int64_t i = 0; i < n; i++) {
            int64_t to = count[(key[i] >> shift) & 2047]++;
            k2[to] = key[i], i2[to] = item[i];
        }
        memcpy(key, k2, (size_t)n * sizeof *key);
        memcpy(item, i2, (size_t)n * sizeof *item);
    }
    free(k2), free(i2);
    return 1;
}

static void tree_free(tree *t) {
    for (int l = 0; l < t->levels; l++) free(t->level[l]);
    free(t->item);
    memset(t, 0, sizeof *t);
}

static block empty_block(void) {
    block b;
    for (int d = 0; d < DIMS; d++)
        for (int i = 0; i < LANES; i++) b.lo[d][i] = INFINITY, b.hi[d][i] = -INFINITY;
    return b;
}

/* Build over n parts and their boxes, box i being that of part[i]. Returns 0 if memory ran out. */
static int tree_build(tree *t, const box5 *boxes, const int32_t *part, int64_t n, double t_zero) {
    memset(t, 0, sizeof *t);
    t->n = n, t->t_zero = t_zero;
    if (!n) return 1;
    int32_t *item = t->item = malloc((size_t)n * sizeof *item); /* first places in `part`, at the end parts */
    if (!item) return 0;
    for (int64_t i = 0; i < n; i++) item[i] = (int32_t)i;
    /* Cells as large as the mean box, so that a block of sixteen is about as wide in each dimension, in boxes;
     * whatever is much larger than the mean, or has no bounds, is kept together by the topmost bits. */
    double lo[DIMS], scale[DIMS];
    for (int d = 0; d < DIMS; d++) {
        double sum = 0, least = INFINITY;
        int64_t m = 0;
        for (int64_t i = 0; i < n; i++) {
            double a = boxes[i].lo[d], b = boxes[i].hi[d];
            if (isfinite(a) && isfinite(b)) sum += b - a, m++, least = lesser(least, 0.5 * (a + b));
        }
        lo[d] = m ? least : 0.0, scale[d] = m && sum > 0 ? sum / (double)m : 1.0;
    }
    double ground = (scale[0] + scale[1] + scale[2]) / 3.0;
    scale[0] = scale[1] = scale[2] = ground;
    for (int d = 0; d < DIMS; d++) scale[d] *= 0.5;
    uint64_t *key = malloc((size_t)n * sizeof *key);
    if (!key) return 0;
    for (int64_t i = 0; i < n; i++) {
        const box5 *b = &boxes[i];
        uint64_t k = 0;
        for (int d = 0; d < DIMS; d++) k |= spread(cell(0.5 * ((double)b->lo[d] + b->hi[d]), lo[d], scale[d])) << (4 - d);
        uint64_t wide = b->hi[0] - b->lo[0] > 8.0 * ground, lasting = !(b->hi[3] - b->lo[3] < 16.0 * scale[3]),
                 tall = !(b->hi[4] - b->lo[4] < 16.0 * scale[4]);
        key[i] = (k & ((1ull << 60) - 1)) | wide << 62 | lasting << 61 | tall << 60;
    }
    if (!sort_by_key(key, item, n)) { free(key); return 0; }
    free(key);
    for (int64_t count = n, l = 0;; l++) {
        int64_t blocks = (count + LANES - 1) / LANES;
        block *made = aligned_alloc(64, (size_t)blocks * sizeof(block));
        if (!made) return 0;
        t->level[l] = made, t->count[l] = blocks, t->levels = (int)l + 1;
        for (int64_t k = 0; k < blocks; k++) {
            made[k] = empty_block();
            for (int64_t i = 0; i < LANES && k * LANES + i < count; i++) {
                if (l == 0) {
                    const box5 *b = &boxes[item[k * LANES + i]];
                    for (int d = 0; d < DIMS; d++) made[k].lo[d][i] = b->lo[d], made[k].hi[d][i] = b->hi[d];
                } else {
                    const block *below = &t->level[l - 1][k * LANES + i];
                    for (int d = 0; d < DIMS; d++) {
                        float a = INFINITY, z = -INFINITY;
                        for (int j = 0; j < LANES; j++) a = lesserf(a, below->lo[d][j]), z = largerf(z, below->hi[d][j]);
                        made[k].lo[d][i] = a, made[k].hi[d][i] = z;
                    }
                }
            }
        }
        if (l == 0)
            for (int64_t i = 0; i < n; i++) item[i] = part[item[i]];
        if (blocks == 1) return 1;
        count = blocks;
    }
}

/* Which of the sixteen overlap the box, as bits. Written so that the compiler needs no branch and no bytes. */
static inline uint32_t overlaps(const block *b, const box5 *q) {
    uint32_t bits = 0;
    for (int i = 0; i < LANES; i++) {
        int32_t hit = (b->lo[0][i] <= q->hi[0]) & (b->hi[0][i] >= q->lo[0]) & (b->lo[1][i] <= q->hi[1]) &
                      (b->hi[1][i] >= q->lo[1]) & (b->lo[2][i] <= q->hi[2]) & (b->hi[2][i] >= q->lo[2]) &
                      (b->lo[3][i] <= q->hi[3]) & (b->hi[3][i] >= q->lo[3]) & (b->lo[4][i] <= q->hi[4]) &
                      (b->hi[4][i] >= q->lo[4]);
        bits |= (uint32_t)-hit & (1u << i);
    }
    return bits;
}

static inline box5 lane(const block *b, int i) {
    box5 q;
    for (int d = 0; d < DIMS; d++) q.lo[d] = b->lo[d][i], q.hi[d] = b->hi[d][i];
    return q;
}

static inline box5 hull(const block *b) {
    box5 q;
    for (int d = 0; d < DIMS; d++) {
        q.lo[d] = INFINITY, q.hi[d] = -INFINITY;
        for (int i = 0; i < LANES; i++) q.lo[d] = lesserf(q.lo[d], b->lo[d][i]), q.hi[d] = largerf(q.hi[d], b->hi[d][i]);
    }
    return q;
}

/* Entries of a level (0: items in Morton order, 1: blocks of level 0, ...) whose boxes overlap `q` and that are not
 * before `least`, into `out`, up to `room`. Returns how many there are, which may be more than fitted. */
static int64_t tree_query(const tree *t, const box5 *q, int of_level, int64_t least, int32_t *out, int64_t room) {
    int64_t found = 0;
    if (!t->n) return 0;
    if (t->levels - 1 < of_level) { /* a single block: it is its own only entry */
        if (room > 0) out[0] = 0;
        return 1;
    }
    struct { int64_t block; int level; } stack[LEVELS * LANES + 1];
    int top = 0;
    stack[top].block = 0, stack[top++].level = t->levels - 1;
    while (top) {
        int64_t k = stack[--top].block;
        int level = stack[top].level;
        uint32_t bits = overlaps(&t->level[level][k], q);
        int shift = 4 * (level - of_level); /* LANES is 2^4 */
        while (bits) {
            int i = __builtin_ctz(bits);
            bits &= bits - 1;
            int64_t child = k * LANES + i;
            if (((child + 1) << shift) - 1 < least) continue;
            if (level == of_level) {
                if (found < room) out[found] = (int32_t)child;
                found++;
            } else {
                stack[top].block = child, stack[top++].level = level - 1;
            }
        }
    }
    return found;
}

#endif
