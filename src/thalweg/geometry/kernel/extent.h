/* When a conflict begins and ends: the stretch of time during which a pair is closer than asked. */
#ifndef THALWEG_EXTENT_H
#define THALWEG_EXTENT_H

#include "verdict.h"

static double to_edge2(double x0, double y0, double x1, double y1, double s, const edge *g) {
    double u;
    return point_segment2(x0 + s * (x1 - x0), y0 + s * (y1 - y0), &g->at, &u);
}

/* The leg's stretch lo..hi against one edge: the distance to a segment along a line is convex, so the places
 * closer than h are one interval around the closest; both its ends by bisection. */
static void grow_stretch(double x0, double y0, double x1, double y1, const edge *g, double h, double *from, double *to) {
    double s, t;
    segment leg = segment_of(x0, y0, x1, y1);
    double d2 = segment_segment2(&leg, &g->at, &s, &t);
    if (d2 > h * h) return;
    double a = 0.0, b = s;
    if (to_edge2(x0, y0, x1, y1, 0.0, g) <= h * h) b = 0.0;
    else for (int i = 0; i < 40; i++) { double m = 0.5 * (a + b); if (to_edge2(x0, y0, x1, y1, m, g) <= h * h) b = m; else a = m; }
    if (b < *from) *from = b;
    a = s, b = 1.0;
    if (to_edge2(x0, y0, x1, y1, 1.0, g) <= h * h) a = 1.0;
    else for (int i = 0; i < 40; i++) { double m = 0.5 * (a + b); if (to_edge2(x0, y0, x1, y1, m, g) <= h * h) a = m; else b = m; }
    if (a > *to) *to = a;
}

/* Squared distance of the legs at sa, the best place on b within the polygon being chosen. */
static double slice2(const place *poly, int n, double sa, double wx, double wy, double ux, double uy, double vx, double vy) {
    double lo = INFINITY, hi = -INFINITY;
    for (int i = 0; i < n; i++) {
        place p = poly[i], r = poly[(i + 1) % n];
        if ((p.a - sa) * (r.a - sa) > 0.0) continue;
        double s = r.a == p.a ? 0.0 : (sa - p.a) / (r.a - p.a);
        double b = p.b + s * (r.b - p.b);
        lo = lesser(lo, b), hi = larger(hi, b);
        if (r.a == p.a) lo = lesser(lo, r.b), hi = larger(hi, r.b);
    }
    if (lo > hi) return INFINITY;
    double dx = wx + sa * ux, dy = wy + sa * uy, v2 = vx * vx + vy * vy;
    double b = v2 > 0.0 ? (dx * vx + dy * vy) / v2 : lo;
    b = b < lo ? lo : b > hi ? hi : b;
    dx -= b * vx, dy -= b * vy;
    return dx * dx + dy * dy;
}

/* Seconds during which a and b are closer than asked, as told by the moving one (by a, if both move). Standing
 * pairs: from the later start to the earlier end, or the gap between the windows where they do not overlap. */
static void when(const parts *p, int64_t a, int64_t b, const question *q, const contact *c, scratch *s, double *first, double *last) {
    int leg_a = p->core[a] == LEG, leg_b = p->core[b] == LEG;
    if (!leg_a && !leg_b) {
        *first = larger(p->t0[a], p->t0[b]), *last = lesser(p->t1[a], p->t1[b]);
        if (*last < *first) { double swap = *first; *first = *last, *last = swap; }
        return;
    }
    frame f = frame_at(to_surface(vec_lerp(c->at_a, c->at_b, 0.5)));
    double h = larger(q->h, CONTACT_M), from = INFINITY, to = -INFINITY, x[4], y[4];
    if (leg_a && leg_b) {
        place poly[16], at;
        int n = allowed_places(p, a, b, q, poly);
        for (int i = 0; i < 2; i++) {
            to_plane(&f, vertex(p, p->first[a] + i), &x[i], &y[i]);
            to_plane(&f, vertex(p, p->first[b] + i), &x[i + 2], &y[i + 2]);
        }
        double w[6] = {x[0] - x[2], y[0] - y[2], x[1] - x[0], y[1] - y[0], x[3] - x[2], y[3] - y[2]};
        least_distance2(poly, n, w[0], w[1], w[2], w[3], w[4], w[5], &at);
        double lo = INFINITY, hi = -INFINITY;
        for (int i = 0; i < n; i++) lo = lesser(lo, poly[i].a), hi = larger(hi, poly[i].a);
        for (int side = 0; side < 2; side++) {
            double out = side ? hi : lo, in = at.a;
            if (slice2(poly, n, out, w[0], w[1], w[2], w[3], w[4], w[5]) <= h * h) in = out;
            else for (int i = 0; i < 40; i++) {
                double m = 0.5 * (in + out);
                if (slice2(poly, n, m, w[0], w[1], w[2], w[3], w[4], w[5]) <= h * h) in = m; else out = m;
            }
            if (side) to = in; else from = in;
        }
        *first = p->t0[a] + from * (p->t1[a] - p->t0[a]), *last = p->t0[a] + to * (p->t1[a] - p->t0[a]);
        return;
    }
    int64_t leg = leg_a ? a : b, still = leg_a ? b : a;
    double lo, hi, full[4] = {-INFINITY, INFINITY, -INFINITY, INFINITY};
    if (!leg_stretch(p, leg, still, q, !leg_a, &lo, &hi)) lo = 0.0, hi = 1.0;
    vec v0 = vertex(p, p->first[leg]), v1 = vertex(p, p->first[leg] + 1);
    to_plane(&f, vec_lerp(v0, v1, lo), &x[0], &y[0]);
    to_plane(&f, vec_lerp(v0, v1, hi), &x[1], &y[1]);
    int64_t n = outline(p, still, &f, 0, 1, 0, 0, s->ax, s->ay);
    (void)n;
    int64_t m = edges_in(p, still, s->ax, s->ay, full, s->keep, s->ea);
    for (int64_t i = 0; i < m; i++) grow_stretch(x[0], y[0], x[1], y[1], &s->ea[i], h, &from, &to);
    if (p->core[still] == AREA) {
        if (in_area(p, still, s->ax, s->ay, x[0], y[0])) from = 0.0, to = larger(to, 0.0);
        if (in_area(p, still, s->ax, s->ay, x[1], y[1])) to = 1.0, from = lesser(from, 1.0);
    }
    if (from > to) from = to = 0.5;
    double t0 = p->t0[leg], d = p->t1[leg] - t0;
    *first = t0 + (lo + from * (hi - lo)) * d, *last = t0 + (lo + to * (hi - lo)) * d;
}

#endif
