/* Two parts: are they closer than asked, in place, height and time at once; and where do they come closest? */
#ifndef THALWEG_PAIR_H
#define THALWEG_PAIR_H

#include "parts.h"
#include "plane.h"

#define CONTACT_M 1e-3 /* at a margin of 0, regions that come within a millimetre touch */

/* What is asked of a pair. Heights are asked in raw figures of the two datums: the caller has put margin,
 * allowance and uncertainty into v_ab and v_ba. */
typedef struct {
    double h;          /* cores closer than this, radii included by the caller */
    double v_ab, v_ba; /* lower(a) - upper(b) below v_ab, and lower(b) - upper(a) below v_ba; inf: any height */
    int v_closed;      /* at the limit counts (margin 0) */
    double t;          /* time gap below this; 0: overlap of half-open windows */
    double dx, dy, dt; /* b is moved by this first: metres east and north, seconds */
    double stop;       /* once they are known to be closer than this, the closest places are not looked for */
} question;

enum { DECIDE = 0, EXPLAIN = 1 }; /* what is wanted: closer or not, and the closest places unless below `stop`; or always */

typedef struct {
    int met;
    double d;        /* metres between the cores; 0 where they overlap */
    double depth;    /* if d is 0: moving either by less than this in any direction keeps them overlapping */
    vec at_a, at_b;  /* surface points: the closest, or one in common */
    double ta, tb;   /* legs: the times at which they are there */
} contact;

typedef struct { segment at; int64_t v0, v1; } edge; /* in the plane, between two vertices */

typedef struct { segment a, b; double d; } edge_pair; /* an edge of each, and how far apart */

typedef struct {
    int64_t room, pair_room;
    double *ax, *ay, *bx, *by;
    edge *ea, *eb;
    edge_pair *pairs;
    uint8_t *keep;
} scratch;

static int scratch_fit(scratch *s, int64_t n) {
    if (n <= s->room) return 1;
    n += n / 2 + 64;
    double *d[4] = {s->ax, s->ay, s->bx, s->by};
    for (int k = 0; k < 4; k++) {
        double *grown = realloc(d[k], (size_t)n * sizeof(double));
        if (!grown) return 0;
        d[k] = grown;
        if (k == 0) s->ax = grown; else if (k == 1) s->ay = grown; else if (k == 2) s->bx = grown; else s->by = grown;
    }
    edge *ea = realloc(s->ea, (size_t)n * sizeof(edge));
    if (!ea) return 0;
    s->ea = ea;
    edge *eb = realloc(s->eb, (size_t)n * sizeof(edge));
    if (!eb) return 0;
    s->eb = eb;
    uint8_t *keep = realloc(s->keep, (size_t)n);
    if (!keep) return 0;
    s->keep = keep;
    s->room = n;
    return 1;
}

static void scratch_free(scratch *s) {
    free(s->ax), free(s->ay), free(s->bx), free(s->by), free(s->ea), free(s->eb), free(s->pairs), free(s->keep);
}

/* ---- time and height ---- */

/* A leg's own lower and upper limit at place s of it; constant where it has no heights of its own. */
static inline double leg_lower(const parts *p, int64_t a, double s) {
    return isnan(p->z0[a]) ? p->lower[a] : p->z0[a] + s * (p->z1[a] - p->z0[a]) - p->half[a];
}
static inline double leg_upper(const parts *p, int64_t a, double s) {
    return isnan(p->z0[a]) ? p->upper[a] : p->z0[a] + s * (p->z1[a] - p->z0[a]) + p->half[a];
}

static inline int heights_meet(double low_a, double high_a, double low_b, double high_b, const question *q) {
    return q->v_closed ? low_a - high_b <= q->v_ab && low_b - high_a <= q->v_ba
                       : low_a - high_b < q->v_ab && low_b - high_a < q->v_ba;
}

/* Keep of [*lo, *hi] where f0 + s (f1 - f0) < limit, with the ends of that stretch; at the limit counts if `closed`. */
static inline void clip_linear(double f0, double f1, double limit, int closed, double *lo, double *hi) {
    if (closed ? f0 > limit && f1 > limit : f0 >= limit && f1 >= limit) { *hi = -1.0; return; }
    if (f0 <= limit && f1 <= limit) return;
    double s = (limit - f0) / (f1 - f0);
    if (f0 > limit) { if (s > *lo) *lo = s; }
    else if (s < *hi) *hi = s;
}

/* The stretch [*lo, *hi] of leg `a` during which it is close enough in time and height to the standing part
 * `b`. `flip`: in the question the leg is b. Returns 0 if there is none. */
static int leg_stretch(const parts *p, int64_t a, int64_t b, const question *q, int flip, double *lo, double *hi) {
    double dt = flip ? -q->dt : q->dt, v_ab = flip ? q->v_ba : q->v_ab, v_ba = flip ? q->v_ab : q->v_ba;
    double t0 = p->t0[a], d = p->t1[a] - t0, from = p->t0[b] + dt - q->t, to = p->t1[b] + dt + q->t;
    *lo = 0.0, *hi = 1.0;
    if (from > t0) *lo = (from - t0) / d;
    if (to < p->t1[a]) *hi = (to - t0) / d;
    if (!(*lo < *hi)) return 0;
    if (isnan(p->z0[a])) {
        return q->v_closed ? p->lower[a] - p->upper[b] <= v_ab && p->lower[b] - p->upper[a] <= v_ba
                           : p->lower[a] - p->upper[b] < v_ab && p->lower[b] - p->upper[a] < v_ba;
    }
    if (v_ab < INFINITY && p->upper[b] < INFINITY)
        clip_linear(leg_lower(p, a, 0) - p->upper[b], leg_lower(p, a, 1) - p->upper[b], v_ab, q->v_closed, lo, hi);
    if (v_ba < INFINITY && p->lower[b] > -INFINITY)
        clip_linear(p->lower[b] - leg_upper(p, a, 0), p->lower[b] - leg_upper(p, a, 1), v_ba, q->v_closed, lo, hi);
    return *lo <= *hi;
}

/* ---- two moving positions ----
 *
 * Places sa, sb in [0, 1] on the two legs span a square. Time (|ta - tb| <= t) cuts a band out of it, height
 * two half-planes more; over what is left, a convex polygon, the squared distance is a convex quadratic.
 *
 *    sb 1 +-------------+      Its least value lies at the crossing of the two tracks (distance 0) if that
 *         |       ///// |      is inside, else on an edge: one quadratic in one variable for each edge.
 *         |    /////    |
 *         | /////       |
 *       0 +-------------+ sa
 *         0             1
 */
typedef struct { double a, b; } place;

/* Keep where ca a + cb b + c0 < 0, with the rim of that; where nothing is below 0, the rim counts only if `closed`. */
static int clip_half_plane(place *poly, int n, double ca, double cb, double c0, int closed) {
    place out[16];
    int m = 0, below = closed;
    for (int i = 0; i < n && !below; i++) below = ca * poly[i].a + cb * poly[i].b + c0 < 0.0;
    if (!below) return 0;
    for (int i = 0; i < n; i++) {
        place p = poly[i], r = poly[(i + 1) % n];
        double fp = ca * p.a + cb * p.b + c0, fr = ca * r.a + cb * r.b + c0;
        if (fp <= 0.0) out[m++] = p;
        if ((fp < 0.0 && fr > 0.0) || (fp > 0.0 && fr < 0.0)) {
            double s = fp / (fp - fr);
            out[m++] = (place){p.a + s * (r.a - p.a), p.b + s * (r.b - p.b)};
        }
    }
    memcpy(poly, out, (size_t)m * sizeof(place));
    return m;
}

/* The polygon of places (sa, sb) allowed by time and height; returns its number of vertices. */
static int allowed_places(const parts *p, int64_t a, int64_t b, const question *q, place *poly) {
    double da = p->t1[a] - p->t0[a], db = p->t1[b] - p->t0[b];
    double gap = p->t0[a] - (p->t0[b] + q->dt); /* ta - tb = gap + sa da - sb db */
    int n;
    if (q->t <= 0.0) { /* together: a segment of the square */
        double lo = larger(0.0, -gap / da), hi = lesser(1.0, (db - gap) / da);
        if (!(lo < hi)) return 0;
        poly[0] = (place){lo, clamp01((gap + lo * da) / db)};
        poly[1] = (place){hi, clamp01((gap + hi * da) / db)};
        n = 2;
    } else {
        poly[0] = (place){0, 0}, poly[1] = (place){1, 0}, poly[2] = (place){1, 1}, poly[3] = (place){0, 1};
        n = clip_half_plane(poly, 4, da, -db, gap - q->t, 0);
        if (n) n = clip_half_plane(poly, n, -da, db, -gap - q->t, 0);
    }
    double la = leg_lower(p, a, 0), ua = leg_upper(p, a, 0), lb = leg_lower(p, b, 0), ub = leg_upper(p, b, 0);
    double ga = isnan(p->z0[a]) ? 0.0 : p->z1[a] - p->z0[a], gb = isnan(p->z0[b]) ? 0.0 : p->z1[b] - p->z0[b];
    if (n && q->v_ab < INFINITY && la - ub > -INFINITY) n = clip_half_plane(poly, n, ga, -gb, la - ub - q->v_ab, q->v_closed);
    if (n && q->v_ba < INFINITY && lb - ua > -INFINITY) n = clip_half_plane(poly, n, -ga, gb, lb - ua - q->v_ba, q->v_closed);
    return n;
}

/* Least squared distance of A + sa U and B + sb V over the polygon. (wx, wy) = A - B. */
static double least_distance2(const place *poly, int n, double wx, double wy, double ux, double uy, double vx,
                              double vy, place *at) {
    double den = cross(ux, uy, vx, vy);
    if (n > 2 && den != 0.0) {
        place c = {-cross(wx, wy, vx, vy) / den, -cross(wx, wy, ux, uy) / den};
        int inside = 1, turn = 0;
        for (int i = 0; i < n && inside; i++) {
            place p = poly[i], r = poly[(i + 1) % n];
            double side = cross(r.a - p.a, r.b - p.b, c.a - p.a, c.b - p.b);
            int s = side > 0.0 ? 1 : side < 0.0 ? -1 : 0;
            if (s && turn && s != turn) inside = 0;
            if (s) turn = s;
        }
        if (inside && turn) { *at = c; return 0.0; }
    }
    double best = INFINITY;
    for (int i = 0; i < n; i++) {
        place p = poly[i], r = poly[(i + 1) % n];
        double dx = wx + p.a * ux - p.b * vx, dy = wy + p.a * uy - p.b * vy;
        double gx = (r.a - p.a) * ux - (r.b - p.b) * vx, gy = (r.a - p.a) * uy - (r.b - p.b) * vy;
        double g2 = gx * gx + gy * gy, s = g2 > 0.0 ? clamp01(-(dx * gx + dy * gy) / g2) : 0.0;
        dx += s * gx, dy += s * gy;
        if (dx * dx + dy * dy < best) {
            best = dx * dx + dy * dy;
            *at = (place){p.a + s * (r.a - p.a), p.b + s * (r.b - p.b)};
        }
    }
    return best;
}

/* ---- place ---- */

static inline void to_plane(const frame *f, vec p, double *x, double *y) {
    vec d = vec_sub(p, f->o);
    *x = vec_dot(d, f->e);
    *y = vec_dot(d, f->n);
}

/* Vertices of a part in the plane; of a leg, the ends of the stretch lo..hi. Returns how many. */
static int64_t outline(const parts *p, int64_t a, const frame *f, double lo, double hi, double dx, double dy,
                       double *restrict xs, double *restrict ys) {
    int64_t from = p->first[a], n = p->first[a + 1] - from;
    if (p->core[a] == LEG) {
        vec v0 = vertex(p, from), v1 = vertex(p, from + 1);
        to_plane(f, vec_lerp(v0, v1, lo), &xs[0], &ys[0]);
        to_plane(f, vec_lerp(v0, v1, hi), &xs[1], &ys[1]);
    } else {
        const double *restrict ex = p->ex + from, *restrict ey = p->ey + from, *restrict ez = p->ez + from;
        for (int64_t i = 0; i < n; i++) {
            double x = ex[i] - f->o.x, y = ey[i] - f->o.y, z = ez[i] - f->o.z;
            xs[i] = x * f->e.x + y * f->e.y + z * f->e.z;
            ys[i] = x * f->n.x + y * f->n.y + z * f->n.z;
        }
    }
    if (dx != 0.0 || dy != 0.0)
        for (int64_t i = 0; i < n; i++) xs[i] += dx, ys[i] += dy;
    return n;
}

/* Edges of a part that touch the box, in the plane. A point is one edge without length. `keep` is room for n flags. */
static int64_t edges_in(const parts *p, int64_t a, const double *restrict xs, const double *restrict ys, const double box[4],
                        uint8_t *restrict keep, edge *out) {
    int64_t from = p->first[a], n = p->first[a + 1] - from, m = 0;
    for (int64_t i = 1; i < n; i++)
        keep[i] = (larger(xs[i], xs[i - 1]) >= box[0]) & (lesser(xs[i], xs[i - 1]) <= box[1]) &
                  (larger(ys[i], ys[i - 1]) >= box[2]) & (lesser(ys[i], ys[i - 1]) <= box[3]);
    if (p->core[a] != AREA) {
        if (n == 1) out[m++] = (edge){segment_of(xs[0], ys[0], xs[0], ys[0]), from, from};
        for (int64_t i = 1; i < n; i++)
            if (keep[i]) out[m++] = (edge){segment_of(xs[i - 1], ys[i - 1], xs[i], ys[i]), from + i - 1, from + i};
        return m;
    }
    for (int64_t r = p->ring[a]; r < p->ring[a + 1]; r++) {
        int64_t i0 = p->ring_first[r] - from, i1 = p->ring_first[r + 1] - from, j = i1 - 1;
        if (larger(xs[i0], xs[j]) >= box[0] && lesser(xs[i0], xs[j]) <= box[1] && larger(ys[i0], ys[j]) >= box[2] &&
            lesser(ys[i0], ys[j]) <= box[3])
            out[m++] = (edge){segment_of(xs[j], ys[j], xs[i0], ys[i0]), from + j, from + i0};
        for (int64_t i = i0 + 1; i < i1; i++)
            if (keep[i]) out[m++] = (edge){segment_of(xs[i - 1], ys[i - 1], xs[i], ys[i]), from + i - 1, from + i};
    }
    return m;
}

static inline void box_of(const double *xs, const double *ys, int64_t n, double grow, double box[4]) {
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        x0 = lesser(x0, xs[i]), x1 = larger(x1, xs[i]);
        y0 = lesser(y0, ys[i]), y1 = larger(y1, ys[i]);
    }
    box[0] = x0 - grow, box[1] = x1 + grow, box[2] = y0 - grow, box[3] = y1 + grow;
}

/* Is the point (px, py) in the area, whose vertices are xs, ys? In a hole is outside. */
static int in_area(const parts *p, int64_t a, const double *xs, const double *ys, double px, double py) {
    int64_t from = p->first[a];
    for (int64_t r = p->ring[a]; r < p->ring[a + 1]; r++) {
        int64_t i0 = p->ring_first[r] - from, i1 = p->ring_first[r + 1] - from;
        int inside = winding(xs + i0, ys + i0, i1 - i0, px, py) != 0;
        if (r == p->ring[a] ? !inside : inside) return 0;
    }
    return 1;
}

/* Is the surface point in the area? In a tangent frame at the point itself the sides of edges are exact
 * however large the area is; a point beyond the area's reach is outside, its antipode cannot mislead. */
static int covers(const parts *p, int64_t a, vec at, scratch *s) {
    if (p->core[a] != AREA || vec_norm(vec_sub(at, middle(p, a))) > p->reach[a] + 1.0) return 0;
    frame f = frame_at(at);
    outline(p, a, &f, 0, 1, 0, 0, s->ax, s->ay);
    return in_area(p, a, s->ax, s->ay, 0.0, 0.0);
}

/* A point of the ground (or of a chord) moved by metres east and north. */
static inline vec moved(vec p, double dx, double dy) {
    frame f = frame_at(to_surface(p));
    return to_surface(vec_add(f.o, vec_add(vec_scale(f.e, dx), vec_scale(f.n, dy))));
}

/* How far the plane around `o` may lie from the ground within `reach` of it, for two points `d` apart:
 * the projection shortens by up to 1 - cos(reach / R), and an edge bends by L^2 / 8R times the slope of its
 * plane (distance from the origin, and the 0.0034 rad between the vertical and the Earth's centre). */
static inline double plane_error(double reach, double d, double longest) {
    double k = reach / WGS84_R_MIN;
    return 0.5 * k * k * d + longest * longest / (8.0 * WGS84_R_MIN) * (k + 0.0034) + 1e-4;
}

/* Fill the contact from the places s, t on two edges: points on the ground and the geodesic between them,
 * after one more look in a frame right there. */
static void settle(const parts *p, const edge *a, const edge *b, double lo_a, double hi_a, double lo_b, double hi_b,
                   double s, double t, contact *c) {
    vec a0 = vertex(p, a->v0), a1 = vertex(p, a->v1), b0 = vertex(p, b->v0), b1 = vertex(p, b->v1);
    vec pa0 = vec_lerp(a0, a1, lo_a), pa1 = vec_lerp(a0, a1, hi_a), pb0 = vec_lerp(b0, b1, lo_b), pb1 = vec_lerp(b0, b1, hi_b);
    vec at_a = to_surface(vec_lerp(pa0, pa1, s)), at_b = to_surface(vec_lerp(pb0, pb1, t));
    frame f = frame_at(to_surface(vec_lerp(at_a, at_b, 0.5)));
    double x[4], y[4];
    to_plane(&f, pa0, &x[0], &y[0]), to_plane(&f, pa1, &x[1], &y[1]);
    to_plane(&f, pb0, &x[2], &y[2]), to_plane(&f, pb1, &x[3], &y[3]);
    segment in_a = segment_of(x[0], y[0], x[1], y[1]), in_b = segment_of(x[2], y[2], x[3], y[3]);
    double d2 = segment_segment2(&in_a, &in_b, &s, &t);
    c->at_a = to_surface(vec_lerp(pa0, pa1, s)), c->at_b = to_surface(vec_lerp(pb0, pb1, t));
    c->d = d2 == 0.0 ? 0.0 : geodesic_m(c->at_a, c->at_b);
}

/* How far segments that cross can be shifted, either way, and still cross: the distance from the origin to the
 * edge of the parallelogram of their differences. */
static double crossing_depth(const segment *a, const segment *b) {
    double u, d = point_segment2(a->x0, a->y0, b, &u);
    d = lesser(d, point_segment2(a->x1, a->y1, b, &u));
    d = lesser(d, point_segment2(b->x0, b->y0, a, &u));
    d = lesser(d, point_segment2(b->x1, b->y1, a, &u));
    return sqrt(d);
}

/* Distance from (px, py) to the boundary of the area. */
static double to_boundary(const parts *p, int64_t a, const double *xs, const double *ys, double px, double py) {
    int64_t from = p->first[a];
    double best = INFINITY, s;
    for (int64_t r = p->ring[a]; r < p->ring[a + 1]; r++) {
        int64_t i0 = p->ring_first[r] - from, i1 = p->ring_first[r + 1] - from;
        for (int64_t i = i0, j = i1 - 1; i < i1; j = i++) {
            segment e = segment_of(xs[j], ys[j], xs[i], ys[i]);
            best = lesser(best, point_segment2(px, py, &e, &s));
        }
    }
    return sqrt(best);
}

/* How firmly two overlapping parts overlap: the greatest of the depths at the vertices of each in the other and
 * at their crossing edges. Never more than the truth, so nothing is called certain that is not. */
static double overlap_depth(const parts *p, int64_t a, int64_t b, const scratch *s, int64_t na, int64_t nb,
                            const edge *ea, int64_t ma, const edge *eb, int64_t mb, double enough) {
    double depth = 0.0, u, v;
    for (int64_t i = 0; i < ma && depth < enough; i++)
        for (int64_t j = 0; j < mb && depth < enough; j++)
            if (segments_cross(&ea[i].at, &eb[j].at, &u, &v)) depth = larger(depth, crossing_depth(&ea[i].at, &eb[j].at));
    for (int64_t i = 0; p->core[a] == AREA && i < nb && depth < enough; i++)
        if (in_area(p, a, s->ax, s->ay, s->bx[i], s->by[i]))
            depth = larger(depth, to_boundary(p, a, s->ax, s->ay, s->bx[i], s->by[i]));
    for (int64_t i = 0; p->core[b] == AREA && i < na && depth < enough; i++)
        if (in_area(p, b, s->bx, s->by, s->ax[i], s->ay[i]))
            depth = larger(depth, to_boundary(p, b, s->bx, s->by, s->ax[i], s->ay[i]));
    return depth;
}

/* Two large parts: each pair of edges in a frame of its own, those out of reach skipped. */
static double closest_edges_far(const parts *p, const edge *ea, int64_t ma, const double la[2], const edge *eb,
                                int64_t mb, const double lb[2], double limit, double dx, double dy, edge *at_a,
                                edge *at_b, double *s, double *t) {
    double best = limit, shift = sqrt(dx * dx + dy * dy);
    int found = 0;
    for (int64_t i = 0; i < ma; i++) {
        vec v0 = vertex(p, ea[i].v0), v1 = vertex(p, ea[i].v1);
        vec a0 = vec_lerp(v0, v1, la[0]), a1 = vec_lerp(v0, v1, la[1]), m = to_surface(vec_lerp(a0, a1, 0.5));
        double long_a = vec_norm(vec_sub(a1, a0));
        frame f = frame_at(m);
        for (int64_t j = 0; j < mb; j++) {
            vec w0 = vertex(p, eb[j].v0), w1 = vertex(p, eb[j].v1);
            vec b0 = vec_lerp(w0, w1, lb[0]), b1 = vec_lerp(w0, w1, lb[1]), k = vec_lerp(b0, b1, 0.5);
            double apart = vec_norm(vec_sub(k, m)), long_b = vec_norm(vec_sub(b1, b0));
            if (apart - 0.5 * (long_a + long_b) - 4.0 - shift > best) continue;
            frame g = apart > 20000.0 ? frame_at(to_surface(vec_lerp(m, k, 0.5))) : f;
            double x[4], y[4], u, v;
            to_plane(&g, a0, &x[0], &y[0]), to_plane(&g, a1, &x[1], &y[1]);
            to_plane(&g, b0, &x[2], &y[2]), to_plane(&g, b1, &x[3], &y[3]);
            x[2] += dx, y[2] += dy, x[3] += dx, y[3] += dy;
            segment in_a = segment_of(x[0], y[0], x[1], y[1]), in_b = segment_of(x[2], y[2], x[3], y[3]);
            double d2 = segment_segment2(&in_a, &in_b, &u, &v), d = sqrt(d2);
            if (d2 > 0.0 && shift == 0.0) d = geodesic_m(to_surface(vec_lerp(a0, a1, u)), to_surface(vec_lerp(b0, b1, v)));
            if (d < best || (!found && d <= best)) {
                best = d, found = 1, *s = u, *t = v;
                *at_a = (edge){in_a, ea[i].v0, ea[i].v1}, *at_b = (edge){in_b, eb[j].v0, eb[j].v1};
                if (d == 0.0) return 0.0;
            }
        }
    }
    return found ? best : INFINITY;
}

/* Standing geometry (legs already cut to a stretch): closer than q->h? With `full`, the closest points as well;
 * with `enough` > 0, how firmly they overlap, up to that. */
static void meet_in_place(const parts *p, int64_t a, int64_t b, const question *q, const double la[2],
                          const double lb[2], int full, double enough, scratch *s, contact *c) {
    double limit = larger(q->h, CONTACT_M);
    vec ca = middle(p, a), cb = middle(p, b);
    double small = lesser(p->reach[a], p->reach[b]), reach = small + limit + sqrt(q->dx * q->dx + q->dy * q->dy);
    double longest = larger(p->edge[a], p->edge[b]);
    int far = reach > 30000.0 || larger(p->reach[a], p->reach[b]) > 1e6;
    frame f = frame_at(p->reach[a] <= p->reach[b] ? ca : cb);
    int64_t na = outline(p, a, &f, la[0], la[1], 0, 0, s->ax, s->ay);
    int64_t nb = outline(p, b, &f, lb[0], lb[1], q->dx, q->dy, s->bx, s->by);
    double box[4], error = plane_error(reach, limit, longest);
    int64_t ma, mb;
    if (far) {
        double all[4] = {-INFINITY, INFINITY, -INFINITY, INFINITY};
        ma = edges_in(p, a, s->ax, s->ay, all, s->keep, s->ea);
        mb = edges_in(p, b, s->bx, s->by, all, s->keep, s->eb);
    } else {
        box_of(s->bx, s->by, nb, limit + error, box);
        ma = edges_in(p, a, s->ax, s->ay, box, s->keep, s->ea);
        box_of(s->ax, s->ay, na, limit + error, box);
        mb = edges_in(p, b, s->bx, s->by, box, s->keep, s->eb);
    }
    edge at_a = {0}, at_b = {0};
    double best = INFINITY, ss = 0, tt = 0;
    if (far) {
        best = closest_edges_far(p, s->ea, ma, la, s->eb, mb, lb, limit + error, q->dx, q->dy, &at_a, &at_b, &ss, &tt);
    } else {
        double best2 = (limit + error) * (limit + error), sure = full || enough > 0.0 ? 0.0 : larger(0.0, q->stop - error);
        int found = 0;
        if (ma * mb > 12) { /* the corners that face each other most bound the distance before any edge is looked at */
            double fx, fy, gx, gy, face = -INFINITY, back = INFINITY, px = 0, py = 0, qx = 0, qy = 0;
            to_plane(&f, ca, &fx, &fy), to_plane(&f, cb, &gx, &gy);
            gx += q->dx - fx, gy += q->dy - fy;
            for (int64_t i = 0; i < ma; i++) {
                const segment *e = &s->ea[i].at;
                double t = e->x1 * gx + e->y1 * gy;
                if (t > face) face = t, px = e->x1, py = e->y1;
            }
            for (int64_t j = 0; j < mb; j++) {
                const segment *e = &s->eb[j].at;
                double t = e->x1 * gx + e->y1 * gy;
                if (t < back) back = t, qx = e->x1, qy = e->y1;
            }
            best2 = lesser(best2, (px - qx) * (px - qx) + (py - qy) * (py - qy));
            if (best2 < sure * sure) {
                c->met = 1, c->d = sqrt(best2), c->depth = 0.0;
                return;
            }
        }
        for (int64_t i = 0; i < ma; i++) {
            const edge *e = &s->ea[i];
            for (int64_t j = 0; j < mb; j++) {
                const edge *g = &s->eb[j];
                if (boxes_apart2(&e->at, &g->at) > best2) continue;
                double u, v, d2 = segment_segment2(&e->at, &g->at, &u, &v);
                if (d2 < best2 || (!found && d2 <= best2)) {
                    best2 = d2, found = 1, at_a = *e, at_b = *g, ss = u, tt = v;
                    if (best2 == 0.0) goto done;
                    if (best2 < sure * sure) {
                        c->met = 1, c->d = sqrt(best2), c->depth = 0.0;
                        return;
                    }
                }
            }
        }
    done:
        best = found ? sqrt(best2) : INFINITY;
    }
    c->met = 0, c->depth = 0.0;
    int inside = 0;
    if (best > 0.0) { /* no boundary crosses another: then one is wholly inside the other, or wholly outside */
        vec v;
        if (p->core[a] == AREA) {
            v = p->core[b] == LEG ? vec_lerp(vertex(p, p->first[b]), vertex(p, p->first[b] + 1), lb[0]) : vertex(p, p->first[b]);
            if (far ? covers(p, a, moved(v, q->dx, q->dy), s) : in_area(p, a, s->ax, s->ay, s->bx[0], s->by[0])) inside = 1;
        }
        if (!inside && p->core[b] == AREA) {
            v = p->core[a] == LEG ? vec_lerp(vertex(p, p->first[a]), vertex(p, p->first[a] + 1), la[0]) : vertex(p, p->first[a]);
            if (far ? covers(p, b, moved(v, -q->dx, -q->dy), s) : in_area(p, b, s->bx, s->by, s->ax[0], s->ay[0])) inside = 2;
        }
        if (inside) {
            vec o = to_surface(v);
            c->met = 1, c->d = 0.0, c->at_a = o, c->at_b = o;
            if (enough > 0.0 && !far)
                c->depth = overlap_depth(p, a, b, s, na, nb, s->ea, ma, s->eb, mb, enough);
            return;
        }
    }
    if (!(best <= limit + error)) { c->d = INFINITY; return; }
    if (q->dx == 0.0 && q->dy == 0.0 && (full || far || q->stop < q->h || fabs(best - limit) <= error)) {
        settle(p, &at_a, &at_b, la[0], la[1], lb[0], lb[1], ss, tt, c);
        if (far && best < c->d) c->d = best;
    } else {
        c->d = best;
    }
    c->met = q->h > 0.0 ? c->d < q->h : c->d <= CONTACT_M;
    if (c->met && c->d <= CONTACT_M) {
        if (enough > 0.0)
            c->depth = far ? crossing_depth(&at_a.at, &at_b.at) : overlap_depth(p, a, b, s, na, nb, s->ea, ma, s->eb, mb, enough);
        c->d = 0.0;
    }
}

/* Two legs: closest approach as moving positions. */
static void meet_on_the_move(const parts *p, int64_t a, int64_t b, const question *q, int full, contact *c) {
    c->met = 0, c->depth = 0.0, c->d = INFINITY;
    place poly[16], at;
    int n = allowed_places(p, a, b, q, poly);
    if (!n) return;
    vec a0 = vertex(p, p->first[a]), a1 = vertex(p, p->first[a] + 1), b0 = vertex(p, p->first[b]), b1 = vertex(p, p->first[b] + 1);
    frame f = frame_at(p->reach[a] <= p->reach[b] ? middle(p, a) : middle(p, b));
    double x[4], y[4], d2 = 0;
    for (int pass = 0; pass < 2; pass++) {
        to_plane(&f, a0, &x[0], &y[0]), to_plane(&f, a1, &x[1], &y[1]);
        to_plane(&f, b0, &x[2], &y[2]), to_plane(&f, b1, &x[3], &y[3]);
        d2 = least_distance2(poly, n, x[0] - x[2] - q->dx, y[0] - y[2] - q->dy, x[1] - x[0], y[1] - y[0],
                             x[3] - x[2], y[3] - y[2], &at);
        c->at_a = to_surface(vec_lerp(a0, a1, at.a)), c->at_b = to_surface(vec_lerp(b0, b1, at.b));
        if (q->dx != 0.0 || q->dy != 0.0) break;
        double error = plane_error(p->reach[a] + p->reach[b] + sqrt(d2), q->h, larger(p->edge[a], p->edge[b]));
        if (!full && fabs(sqrt(d2) - q->h) > error) break;
        f = frame_at(to_surface(vec_lerp(c->at_a, c->at_b, 0.5)));
    }
    c->d = q->dx == 0.0 && q->dy == 0.0 && d2 > 0.0 ? geodesic_m(c->at_a, c->at_b) : sqrt(d2);
    c->ta = p->t0[a] + at.a * (p->t1[a] - p->t0[a]);
    c->tb = p->t0[b] + at.b * (p->t1[b] - p->t0[b]);
    c->met = q->h > 0.0 ? c->d < q->h : c->d <= CONTACT_M;
}

/* When a leg is at a place on it. */
static double time_at(const parts *p, int64_t leg, vec at) {
    vec v0 = vertex(p, p->first[leg]), d = vec_sub(vertex(p, p->first[leg] + 1), v0);
    double l2 = vec_dot(d, d), s = l2 > 0.0 ? clamp01(vec_dot(vec_sub(at, v0), d) / l2) : 0.0;
    return p->t0[leg] + s * (p->t1[leg] - p->t0[leg]);
}

/* The whole question. The caller has grown the scratch to the larger part. */
static void meet(const parts *p, int64_t a, int64_t b, const question *q, int full, double enough, scratch *s,
                 contact *c) {
    c->met = 0, c->depth = 0.0, c->d = INFINITY, c->ta = c->tb = NAN;
    int leg_a = p->core[a] == LEG, leg_b = p->core[b] == LEG;
    double la[2] = {0, 1}, lb[2] = {0, 1};
    vec apart = vec_sub(middle(p, a), middle(p, b));
    double span = p->reach[a] + p->reach[b] + larger(q->h, CONTACT_M) + sqrt(q->dx * q->dx + q->dy * q->dy) + 0.01;
    if (vec_dot(apart, apart) > span * span) return;
    if (leg_a && leg_b) { meet_on_the_move(p, a, b, q, full, c); return; }
    if (leg_a) {
        if (!leg_stretch(p, a, b, q, 0, &la[0], &la[1])) return;
    } else if (leg_b) {
        if (!leg_stretch(p, b, a, q, 1, &lb[0], &lb[1])) return;
    } else {
        if (!(larger(p->t0[b] + q->dt - p->t1[a], p->t0[a] - p->t1[b] - q->dt) < q->t)) return;
        if (!heights_meet(p->lower[a], p->upper[a], p->lower[b], p->upper[b], q)) return;
    }
    if (!full && q->dx == 0.0 && q->dy == 0.0 && p->inner[a] >= 0.0 && p->inner[b] >= 0.0) {
        /* discs inside both may decide, and how firmly: then the distance is not looked for */
        double discs = p->inner[a] + p->inner[b] - 0.01, sure = discs + (enough > 0.0 ? -enough : q->stop);
        /* the arc above a chord c: 4 R^2 asin^2(c / 2R) = c^2 (1 + c^2 / 12 R^2 + c^4 / 90 R^4 + ...) */
        double chord2 = vec_dot(apart, apart), arc2 = chord2 * (1.0 + chord2 / (11.0 * WGS84_R_MIN * WGS84_R_MIN));
        if (sure > 0.0 && arc2 < sure * sure * 0.99999 && chord2 < 0.5 * WGS84_R_MIN * WGS84_R_MIN) {
            c->met = 1, c->d = 0.0, c->depth = enough;
            return;
        }
    }
    if (!scratch_fit(s, p->first[a + 1] - p->first[a]) || !scratch_fit(s, p->first[b + 1] - p->first[b])) {
        c->met = -1; /* out of memory: the caller must fail loudly */
        return;
    }
    meet_in_place(p, a, b, q, la, lb, full, enough, s, c);
    if (c->met > 0 && (full || q->stop < q->h)) {
        if (leg_a) c->ta = time_at(p, a, c->at_a);
        if (leg_b) c->tb = time_at(p, b, c->at_b);
    }
}

#endif
