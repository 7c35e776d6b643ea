/* Points, segments and rings in a local plane: what is left once a tangent frame has been chosen. */
#ifndef THALWEG_PLANE_H
#define THALWEG_PLANE_H

#include "ellipsoid.h"

static inline double clamp01(double s) { return s < 0.0 ? 0.0 : s > 1.0 ? 1.0 : s; }

/* Squared distance from p to segment a-b; *s is where on the segment, 0 to 1. */
static inline double point_segment2(double px, double py, double ax, double ay, double bx, double by, double *s) {
    double dx = bx - ax, dy = by - ay, l2 = dx * dx + dy * dy;
    *s = l2 > 0.0 ? clamp01(((px - ax) * dx + (py - ay) * dy) / l2) : 0.0;
    double ex = ax + *s * dx - px, ey = ay + *s * dy - py;
    return ex * ex + ey * ey;
}

static inline double cross(double ax, double ay, double bx, double by) { return ax * by - ay * bx; }

/* Do segments a-b and c-d cross or touch at points inside both? Parallel ones never "cross": if they
 * touch, one has an end on the other, and the distance of that end says so. *s, *t: where. */
static inline int segments_cross(double ax, double ay, double bx, double by, double cx, double cy, double dx,
                                 double dy, double *s, double *t) {
    double rx = bx - ax, ry = by - ay, qx = dx - cx, qy = dy - cy, den = cross(rx, ry, qx, qy);
    if (den == 0.0) return 0;
    double wx = cx - ax, wy = cy - ay;
    *s = cross(wx, wy, qx, qy) / den;
    *t = cross(wx, wy, rx, ry) / den;
    return *s >= 0.0 && *s <= 1.0 && *t >= 0.0 && *t <= 1.0;
}

/* Squared distance between segments a-b and c-d, 0 where they cross; *s and *t say where on each. */
static inline double segment_segment2(double ax, double ay, double bx, double by, double cx, double cy, double dx,
                                      double dy, double *s, double *t) {
    if (segments_cross(ax, ay, bx, by, cx, cy, dx, dy, s, t)) return 0.0;
    double u, best = point_segment2(ax, ay, cx, cy, dx, dy, t), d;
    *s = 0.0;
    if ((d = point_segment2(bx, by, cx, cy, dx, dy, &u)) < best) best = d, *s = 1.0, *t = u;
    if ((d = point_segment2(cx, cy, ax, ay, bx, by, &u)) < best) best = d, *s = u, *t = 0.0;
    if ((d = point_segment2(dx, dy, ax, ay, bx, by, &u)) < best) best = d, *s = u, *t = 1.0;
    return best;
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
