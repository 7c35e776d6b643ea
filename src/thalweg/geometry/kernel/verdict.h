/* One pair of parts under one rule: may they conflict, must they, and in what share of the cases? */
#ifndef THALWEG_VERDICT_H
#define THALWEG_VERDICT_H

#include "pair.h"

enum { NO, UNDECIDED, CERTAIN, OUT_OF_MEMORY };
#define SAMPLES 128

typedef struct {
    double h, v, t;          /* margins; v < 0: any height */
    double touch;            /* what counts as contact in height at a margin of 0 */
    double radii, u, zu, tu; /* sums over the two parts */
    datum_shift ab, ba;      /* lower(a) - upper(b), lower(b) - upper(a) */
    int unstated;            /* the height of one is not stated, and the other's is */
    int unknown;             /* a datum is not known */
} terms;

static terms terms_of(const parts *p, const rules *r, int32_t rule, int64_t a, int64_t b) {
    terms m = {r->h[rule], r->v[rule], r->t[rule], r->v[rule] == 0.0 ? CONTACT_M : 0.0, p->radius[a] + p->radius[b], p->u[a] + p->u[b],
               p->zu[a] + p->zu[b], p->tu[a] + p->tu[b], {0, 0}, {0, 0}, 0, 0};
    if (m.v < 0.0) return m;
    m.unstated = (p->unstated[a] && !p->unstated[b] && (p->lower[b] > -INFINITY || p->upper[b] < INFINITY)) ||
                 (p->unstated[b] && !p->unstated[a] && (p->lower[a] > -INFINITY || p->upper[a] < INFINITY));
    if (p->lower[a] > -INFINITY && p->upper[b] < INFINITY) {
        m.ab = between_datums(p->lower_datum[a], p->geoid[a], p->upper_datum[b], p->geoid[b], r);
        m.unknown |= p->lower_datum[a] == UNKNOWN || p->upper_datum[b] == UNKNOWN;
    }
    if (p->lower[b] > -INFINITY && p->upper[a] < INFINITY) {
        m.ba = between_datums(p->lower_datum[b], p->geoid[b], p->upper_datum[a], p->geoid[a], r);
        m.unknown |= p->lower_datum[b] == UNKNOWN || p->upper_datum[a] == UNKNOWN;
    }
    /* a datum that nobody knows matters only where some reading of it keeps the two apart */
    double ab = p->lower[a] - p->upper[b] + m.ab.shift + m.ab.allowance + m.zu;
    double ba = p->lower[b] - p->upper[a] + m.ba.shift + m.ba.allowance + m.zu;
    if (m.unknown && (m.v > 0.0 ? larger(ab, ba) < m.v : larger(ab, ba) <= 0.0) && isnan(p->z0[a]) && isnan(p->z0[b])) m.unknown = 0;
    return m;
}

/* The question with every bound taken the way that brings the two together. */
static question widest(const terms *m) {
    question q = {m->radii + m->h + m->u + (m->h > 0.0 ? 0.0 : CONTACT_M), INFINITY, INFINITY, m->v == 0.0, m->t + m->tu, 0, 0, 0, 0};
    if (m->radii + m->h + m->u == 0.0) q.h = 0.0;
    q.stop = q.h;
    if (m->v >= 0.0) {
        q.v_ab = m->v + m->touch + m->zu + m->ab.allowance - m->ab.shift;
        q.v_ba = m->v + m->touch + m->zu + m->ba.allowance - m->ba.shift;
    }
    return q;
}

/* The speed of a leg over the ground, and of its climb: what a shift in time is worth in metres. */
static double ground_speed(const parts *p, int64_t a) {
    if (p->core[a] != LEG) return 0.0;
    return vec_norm(vec_sub(vertex(p, p->first[a] + 1), vertex(p, p->first[a]))) / (p->t1[a] - p->t0[a]);
}
static double climb(const parts *p, int64_t a) {
    return p->core[a] == LEG && !isnan(p->z0[a]) ? fabs(p->z1[a] - p->z0[a]) / (p->t1[a] - p->t0[a]) : 0.0;
}

/* Does every value within the bounds conflict? Times and heights are taken the way that keeps the two apart, and the
 * ground must be close enough to spare the sum of the uncertainties. Never claims more than the truth; for outlines that
 * interlock in odd ways it may claim less, and the samples say how often. */
static int ground_must_meet(const terms *m, const contact *c, double spare) {
    if (spare == 0.0) return 1;
    double ground = c->d - c->depth + spare - m->radii;
    return m->h > 0.0 ? ground < m->h : ground <= 0.0;
}

static int must_meet(const parts *p, int64_t a, int64_t b, const terms *m, const contact *found, scratch *s) {
    if (m->unstated) return 0;
    double height = m->v >= 0.0 ? m->zu + m->ab.allowance + m->ba.allowance : 0.0;
    if (m->u + m->tu + height == 0.0) return 1;
    question q = {m->radii + m->h + CONTACT_M, INFINITY, INFINITY, m->v == 0.0, m->t - m->tu, 0, 0, 0, 0};
    if (m->v >= 0.0) {
        q.v_ab = m->v + m->touch - m->zu - m->ab.allowance - m->ab.shift;
        q.v_ba = m->v + m->touch - m->zu - m->ba.allowance - m->ba.shift;
    }
    int leg_a = p->core[a] == LEG, leg_b = p->core[b] == LEG;
    if (!leg_a && !leg_b) {
        return larger(p->t0[b] - p->t1[a], p->t0[a] - p->t1[b]) < q.t &&
               heights_meet(p->lower[a], p->upper[a], p->lower[b], p->upper[b], &q) && ground_must_meet(m, found, m->u);
    }
    if (m->tu + height == 0.0) return ground_must_meet(m, found, m->u);
    contact c;
    double spare = m->u, slow = lesser(ground_speed(p, a), ground_speed(p, b));
    int elsewhere = leg_a && leg_b && q.t < 0.0;
    if (elsewhere) q.t = 0.0, spare += slow * m->tu; /* they meet elsewhere on the slower one's track */
    meet(p, a, b, &q, EXPLAIN, larger(0.0, m->u - m->h - m->radii), s, &c);
    if (c.met <= 0) return 0;
    if (elsewhere) {
        int64_t leg = ground_speed(p, a) <= ground_speed(p, b) ? a : b;
        double at = leg == a ? c.ta : c.tb;
        if (at - m->tu < p->t0[leg] || at + m->tu > p->t1[leg] || climb(p, leg) > 0.0) return 0;
    }
    return ground_must_meet(m, &c, spare);
}

/* The cases in which shares are counted: low-discrepancy points (the additive recurrence of Roberts, 2018), the same for
 * every pair, so that two machines count the same share. Positions are uniform over the unit disc, the rest over -1..1. */
typedef struct { double ax[SAMPLES], ay[SAMPLES], bx[SAMPLES], by[SAMPLES], at[SAMPLES], bt[SAMPLES], az[SAMPLES], bz[SAMPLES], datum[SAMPLES]; } errors;

static const errors *cases(void) {
    static errors made;
    static int ready = 0; /* threads that race write the same values */
    if (!ready) {
        static const double g[9] = {0.9295701282320229, 0.8641006233012994, 0.8032421272075599,
                                    0.7466698871896943, 0.6940820227819142, 0.6451979149209258,
                                    0.5997567085080788, 0.5575159204358708, 0.5182501456509667};
        for (int k = 0; k < SAMPLES; k++) {
            double w[9];
            for (int i = 0; i < 9; i++) {
                double v = 0.5 + g[i] * (k + 1);
                w[i] = v - floor(v);
            }
            double turn = 2.0 * 3.14159265358979323846;
            made.ax[k] = sqrt(w[0]) * cos(turn * w[1]), made.ay[k] = sqrt(w[0]) * sin(turn * w[1]);
            made.bx[k] = sqrt(w[2]) * cos(turn * w[3]), made.by[k] = sqrt(w[2]) * sin(turn * w[3]);
            made.at[k] = 2 * w[5] - 1, made.bt[k] = 2 * w[4] - 1;
            made.az[k] = 2 * w[7] - 1, made.bz[k] = 2 * w[6] - 1, made.datum[k] = 2 * w[8] - 1;
        }
        ready = 1;
    }
    return &made;
}

/* The question of one case: both declarations' errors drawn, the margins as they are. */
static question in_case(const parts *p, int64_t a, int64_t b, const terms *m, int k) {
    const errors *e = cases();
    question q = {m->radii + m->h + (m->h > 0.0 ? 0.0 : CONTACT_M), INFINITY, INFINITY, m->v == 0.0, m->t, 0, 0, 0, 0};
    q.stop = q.h;
    q.dx = e->bx[k] * p->u[b] - e->ax[k] * p->u[a], q.dy = e->by[k] * p->u[b] - e->ay[k] * p->u[a];
    q.dt = e->bt[k] * p->tu[b] - e->at[k] * p->tu[a];
    if (m->v >= 0.0) { /* b higher by `up` brings (lower a - upper b) down */
        double up = e->bz[k] * p->zu[b] - e->az[k] * p->zu[a];
        q.v_ab = m->v + m->touch - m->ab.shift + up - e->datum[k] * m->ab.allowance;
        q.v_ba = m->v + m->touch - m->ba.shift - up + e->datum[k] * m->ba.allowance;
    }
    return q;
}

/* May they conflict under the rule? CERTAIN, or UNDECIDED between likely and possible, or NO. */
static int verdict(const parts *p, const rules *r, int32_t rule, int64_t a, int64_t b, int full, scratch *s,
                   contact *c) {
    terms m = terms_of(p, r, rule, a, b);
    question q = widest(&m);
    if (m.u > 0.0) q.stop = larger(0.0, q.h - 2.0 * m.u); /* closer than that, no error keeps them apart */
    meet(p, a, b, &q, full, larger(0.0, m.u - m.h - m.radii), s, c);
    if (c->met < 0) return OUT_OF_MEMORY;
    if (!c->met) return NO;
    return must_meet(p, a, b, &m, c, s) ? CERTAIN : UNDECIDED;
}

/* How many of the cases bring two standing parts close enough on the ground, by the edges that matter, gathered once.
 * Most cases are decided by the closest points alone. -1: no memory. */
static int ground_cases(const parts *p, int64_t a, int64_t b, const terms *m, const contact *found, scratch *s) {
    const errors *all = cases();
    double h = m->radii + m->h + (m->h > 0.0 ? 0.0 : CONTACT_M), limit = h + m->u;
    int64_t na = p->first[a + 1] - p->first[a], nb = p->first[b + 1] - p->first[b];
    if (!scratch_fit(s, na > nb ? na : nb)) return -1;
    frame f = frame_at(p->reach[a] <= p->reach[b] ? middle(p, a) : middle(p, b));
    outline(p, a, &f, 0, 1, 0, 0, s->ax, s->ay);
    outline(p, b, &f, 0, 1, 0, 0, s->bx, s->by);
    double box[4], px, py, qx, qy;
    box_of(s->bx, s->by, nb, limit, box);
    int64_t ma = edges_in(p, a, s->ax, s->ay, box, s->keep, s->ea);
    box_of(s->ax, s->ay, na, limit, box);
    int64_t mb = edges_in(p, b, s->bx, s->by, box, s->keep, s->eb);
    to_plane(&f, found->at_a, &px, &py), to_plane(&f, found->at_b, &qx, &qy);
    double wx = qx - px, wy = qy - py, apart = sqrt(wx * wx + wy * wy);
    /* Pairs of edges that some shift brings within reach. Along the direction from the one's closest point to the other's,
     * what matters of b lies beyond what matters of a by at least `gap`: a shift along it leaves at least that much. */
    double nx = apart > 0.0 ? wx / apart : 0.0, ny = apart > 0.0 ? wy / apart : 0.0, top = -INFINITY, bottom = INFINITY, u, v;
    int64_t kept = 0;
    for (int64_t i = 0; i < ma; i++)
        for (int64_t j = 0; j < mb; j++) {
            const segment *e = &s->ea[i].at, *g = &s->eb[j].at;
            if (boxes_apart2(e, g) > limit * limit) continue;
            double d2 = segment_segment2(e, g, &u, &v);
            if (d2 > limit * limit) continue;
            if (kept == s->pair_room) {
                edge_pair *grown = realloc(s->pairs, (size_t)(s->pair_room = 2 * s->pair_room + 64) * sizeof *grown);
                if (!grown) return -1;
                s->pairs = grown;
            }
            s->pairs[kept++] = (edge_pair){*e, *g, sqrt(d2)};
            top = larger(top, larger(e->x0 * nx + e->y0 * ny, e->x1 * nx + e->y1 * ny));
            bottom = lesser(bottom, lesser(g->x0 * nx + g->y0 * ny, g->x1 * nx + g->y1 * ny));
        }
    double gap = found->d > 0.0 ? bottom - top : -INFINITY;
    /* First all cases at once, without a branch: those that the closest points settle, one way or the other. */
    double east[SAMPLES], north[SAMPLES], depth2 = found->depth * found->depth, ua = p->u[a], ub = p->u[b];
    int32_t hit_at_once[SAMPLES], open[SAMPLES];
    for (int k = 0; k < SAMPLES; k++) {
        double dx = all->bx[k] * ub - all->ax[k] * ua, dy = all->by[k] * ub - all->ay[k] * ua;
        double x = wx + dx, y = wy + dy, d2 = dx * dx + dy * dy;
        int hit = (x * x + y * y < h * h) | (d2 < depth2), miss = (gap > 0.0) & (gap + dx * nx + dy * ny >= h);
        east[k] = dx, north[k] = dy, hit_at_once[k] = hit, open[k] = !hit & !miss;
    }
    int hits = 0;
    for (int k = 0; k < SAMPLES; k++) hits += hit_at_once[k];
    for (int k = 0; k < SAMPLES; k++) {
        if (!open[k]) continue;
        double dx = east[k], dy = north[k], shift = sqrt(dx * dx + dy * dy);
        if (found->d - shift >= h) continue;
        int hit = 0;
        for (int64_t i = 0; !hit && i < kept; i++) {
            if (s->pairs[i].d - shift >= h) continue;
            segment g = s->pairs[i].b;
            g.x0 += dx, g.y0 += dy, g.x1 += dx, g.y1 += dy;
            hit = segment_segment2(&s->pairs[i].a, &g, &u, &v) < h * h;
        }
        if (!hit && found->d < shift) { /* only a shift beyond the gap can bring one wholly into the other */
            if (p->core[a] == AREA) hit = in_area(p, a, s->ax, s->ay, s->bx[0] + dx, s->by[0] + dy);
            if (!hit && p->core[b] == AREA) hit = in_area(p, b, s->bx, s->by, s->ax[0] - dx, s->ay[0] - dy);
        }
        hits += hit;
    }
    return hits;
}

/* The chance that the sum of two errors, uniform within -a..a and -b..b, is at most x: a trapezoid's area. */
static double chance_at_most(double x, double a, double b) {
    if (a < b) { double swap = a; a = b, b = swap; }
    if (x >= a + b) return 1.0;
    if (x < -a - b) return 0.0;
    if (b == 0.0) return a == 0.0 ? 1.0 : (x + a) / (2.0 * a);
    double rest = a + b - fabs(x), tail = fabs(x) > a - b ? rest * rest / (8.0 * a * b) : 0.5 - fabs(x) / (2.0 * a);
    return x < 0.0 ? tail : 1.0 - tail;
}

/* For two standing parts place, time and height err independently: the share is the product of three. -1: no memory. */
static double standing_share(const parts *p, int64_t a, int64_t b, const terms *m, const contact *found, scratch *s) {
    double share = 1.0;
    if (m->tu > 0.0) { /* b later by x: apart once x reaches one end, before it the other */
        double late = p->t1[a] - p->t0[b] + m->t, early = p->t0[a] - p->t1[b] - m->t;
        share *= chance_at_most(late, p->tu[a], p->tu[b]) - chance_at_most(early, p->tu[a], p->tu[b]);
    }
    if (m->v >= 0.0 && m->zu + m->ab.allowance + m->ba.allowance > 0.0) {
        if (m->ab.allowance + m->ba.allowance == 0.0) { /* b higher by x */
            double high = m->v - m->ba.shift - (p->lower[b] - p->upper[a]), low = p->lower[a] - p->upper[b] + m->ab.shift - m->v;
            share *= chance_at_most(high, p->zu[a], p->zu[b]) - chance_at_most(low, p->zu[a], p->zu[b]);
        } else {
            int heights = 0;
            for (int k = 0; k < SAMPLES; k++) {
                question q = in_case(p, a, b, m, k);
                heights += heights_meet(p->lower[a], p->upper[a], p->lower[b], p->upper[b], &q);
            }
            share *= (double)heights / SAMPLES;
        }
    }
    if (!ground_must_meet(m, found, m->u)) {
        int ground = ground_cases(p, a, b, m, found, s);
        if (ground < 0) return -1.0;
        share *= (double)ground / SAMPLES;
    }
    return larger(0.0, share);
}

/* Is the simple product to be had? Not where parts move, or are so large that they need frames of their own. */
static int stands(const parts *p, int64_t a, int64_t b, const terms *m) {
    return p->core[a] != LEG && p->core[b] != LEG &&
           lesser(p->reach[a], p->reach[b]) + m->h + m->radii + 2.0 * m->u < 30000.0 && larger(p->reach[a], p->reach[b]) < 1e6;
}

/* Of all cases, the share in which any of the part pairs conflicts; all pairs are of the same two declarations. -1: out
 * of memory. */
static double share_of(const parts *p, const rules *r, const int32_t *rule, const int32_t *as, const int32_t *bs,
                       int64_t n, scratch *s) {
    contact c;
    if (n == 1) {
        terms m = terms_of(p, r, *rule, *as, *bs);
        if (stands(p, *as, *bs, &m)) {
            if (verdict(p, r, *rule, *as, *bs, DECIDE, s, &c) == OUT_OF_MEMORY) return -1.0;
            return standing_share(p, *as, *bs, &m, &c, s);
        }
    }
    int hits = 0;
    for (int k = 0; k < SAMPLES; k++) {
        for (int64_t i = 0; i < n; i++) {
            terms m = terms_of(p, r, rule[i], as[i], bs[i]);
            question q = in_case(p, as[i], bs[i], &m, k);
            meet(p, as[i], bs[i], &q, 0, 0.0, s, &c);
            if (c.met < 0) return -1.0;
            if (c.met) { hits++; break; }
        }
    }
    return (double)hits / SAMPLES;
}

#endif
