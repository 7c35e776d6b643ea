/* Points, segments and rings in a local plane: what is left once a tangent frame has been chosen. */
#ifndef THALWEG_PLANE_H
#define THALWEG_PLANE_H

#include "ellipsoid.h"

static inline double clamp01(double s) { return s < 0.0 ? 0.0 : s > 1.0 ? 1.0 : s; }

/* A segment and the inverse of its squared length, 0 for a point: what the loops over edges would divide by. */
typedef struct { double x0, y0, x1, y1, inverse; } segment;

static inline segment segment_of(double x0, double y0, double x1, double y1) {
    double dx = x1 - x0, dy = y1 - y0, l2 = dx * dx + dy * dy;
    return (segment){x0, y0, x1, y1, l2 > 0.0 ? 1.0 / l2 : 0.0};
}

/* Squared distance from p to the segment; *s is where on it, 0 to 1. */
static inline double point_segment2(double px, double py, const segment *e, double *s) {
    double dx = e->x1 - e->x0, dy = e->y1 - e->y0, wx = px - e->x0, wy = py - e->y0;
    *s = clamp01((wx * dx + wy * dy) * e->inverse);
    wx -= *s * dx, wy -= *s * dy;
    return wx * wx + wy * wy;
}

static inline double cross(double ax, double ay, double bx, double by) { return ax * by - ay * bx; }

/* Do the segments cross or touch at points inside both? Parallel ones never "cross": if they touch, one has an end on the
 * other, and the distance of that end says so. *s, *t: where. */
static inline int segments_cross(const segment *a, const segment *b, double *s, double *t) {
    double rx = a->x1 - a->x0, ry = a->y1 - a->y0, qx = b->x1 - b->x0, qy = b->y1 - b->y0, den = cross(rx, ry, qx, qy);
    double wx = b->x0 - a->x0, wy = b->y0 - a->y0, u = cross(wx, wy, qx, qy), v = cross(wx, wy, rx, ry);
    if (den < 0.0) den = -den, u = -u, v = -v;
    if (den == 0.0 || u < 0.0 || u > den || v < 0.0 || v > den) return 0; /* no division for those that do not */
    *s = u / den, *t = v / den;
    return 1;
}

/* Squared distance between two segments, 0 where they cross; *s and *t say where on each. */
static inline double segment_segment2(const segment *a, const segment *b, double *s, double *t) {
    if (segments_cross(a, b, s, t)) return 0.0;
    double u, best = point_segment2(a->x0, a->y0, b, t), d;
    *s = 0.0;
    if ((d = point_segment2(a->x1, a->y1, b, &u)) < best) best = d, *s = 1.0, *t = u;
    if ((d = point_segment2(b->x0, b->y0, a, &u)) < best) best = d, *s = u, *t = 0.0;
    if ((d = point_segment2(b->x1, b->y1, a, &u)) < best) best = d, *s = u, *t = 1.0;
    return best;
}

/* How far apart the boxes of two segments are, squared: at most their distance, and without a branch. */
static inline double boxes_apart2(const segment *a, const segment *b) {
    double gx = larger(0.0, larger(lesser(a->x0, a->x1) - larger(b->x0, b->x1), lesser(b->x0, b->x1) - larger(a->x0, a->x1)));
    double gy = larger(0.0, larger(lesser(a->y0, a->y1) - larger(b->y0, b->y1), lesser(b->y0, b->y1) - larger(a->y0, a->y1)));
    return gx * gx + gy * gy;
}

/* How many times the closed ring (xs, ys)[0..n) winds around p: 0 outside, and never 0 inside, even where
 * the ring crosses itself (Sunday's algorithm, geomalgorithms.com "Inclusion of a point"). */
static inline int winding(const double *xs, const double *ys, int64_t n, double px, double py) {
    int w = 0;
    for (int64_t i = 0, j = n - 1; i < n; j = i++) {
        double side = cross(xs[i] - xs[j], ys[i] - ys[j], px - xs[j], py - ys[j]);
        if (ys[j] <= py) {
            if (ys[i] > py && side > 0.0) w++;
        } else if (ys[i] <= py && side < 0.0) {
            w--;
        }
    }
    return w;
}

#endif
