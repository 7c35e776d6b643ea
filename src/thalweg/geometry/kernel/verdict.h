/* One pair of parts under one rule: may they conflict, must they, and in what share of the cases? */
#ifndef THALWEG_VERDICT_H
#define THALWEG_VERDICT_H

#include "pair.h"

enum { NO = 0, POSSIBLE = 1, LIKELY = 2, CERTAIN = 3, UNDECIDED = 4, OUT_OF_MEMORY = 5 };
#define SAMPLES 128

typedef struct {
    double h, v, t;          /* margins; v < 0: any height */
    double radii, u, zu, tu; /* sums over the two parts */
    datum_shift ab, ba;      /* lower(a) - upper(b), lower(b) - upper(a) */
    int unstated;            /* the height of one is not stated, and the other's is */
    int unknown;             /* a datum is not known */
} terms;

static terms terms_of(const parts *p, const rules *r, int32_t rule, int64_t a, int64_t b) {
    terms m = {r->h[rule], r->v[rule], r->t[rule], p->radius[a] + p->radius[b], p->u[a] + p->u[b],
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
    return m;
}

/* The question with every bound taken the way that brings the two together. */
static question widest(const terms *m) {
    question q = {m->radii + m->h + m->u + (m->h > 0.0 ? 0.0 : CONTACT_M), INFINITY, INFINITY, m->v == 0.0, m->t + m->tu, 0, 0, 0};
    if (m->radii + m->h + m->u == 0.0) q.h = 0.0;
    if (m->v >= 0.0) {
        q.v_ab = m->v + m->zu + m->ab.allowance - m->ab.shift;
        q.v_ba = m->v + m->zu + m->ba.allowance - m->ba.shift;
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

/* Does every value within the bounds conflict? Asked once more with times and heights taken the way that keeps
 * the two apart; the ground must then be close enough to spare the sum of the uncertainties. Never claims more
 * than the truth; for outlines that interlock in odd ways it may claim less, and the samples say how often. */
static int must_meet(const parts *p, int64_t a, int64_t b, const terms *m, const contact *found, scratch *s) {
    if (m->unstated || found->met <= 0) return 0;
    contact c = *found;
    double height = m->v >= 0.0 ? m->zu + m->ab.allowance + m->ba.allowance : 0.0, spare = m->u;
    int moving = p->core[a] == LEG && p->core[b] == LEG;
    if (m->u + m->tu + height == 0.0) return 1;
    if (m->tu + height > 0.0) {
        question q = {m->radii + m->h + CONTACT_M, INFINITY, INFINITY, m->v == 0.0, m->t - m->tu, 0, 0, 0};
        if (m->v >= 0.0) {
            q.v_ab = m->v - m->zu - m->ab.allowance - m->ab.shift;
            q.v_ba = m->v - m->zu - m->ba.allowance - m->ba.shift;
        }
        double slow = fmin(ground_speed(p, a), ground_speed(p, b));
        if (moving && q.t < 0.0) q.t = 0.0, spare += slow * m->tu; /* meet elsewhere on the slower one's track */
        meet(p, a, b, &q, 1, m->u, s, &c);
        if (c.met <= 0) return 0;
        if (moving && spare > m->u) {
            int64_t leg = ground_speed(p, a) <= ground_speed(p, b) ? a : b;
            double at = leg == a ? c.ta : c.tb;
            if (at - m->tu < p->t0[leg] || at + m->tu > p->t1[leg] || climb(p, leg) > 0.0) return 0;
        }
    }
    if (spare == 0.0) return 1;
    double ground = c.d - c.depth + spare - m->radii;
    return m->h > 0.0 ? ground < m->h : ground <= 0.0;
}

/* Low-discrepancy points of [0, 1)^9: the additive recurrence of Roberts (2018), the same for every pair, so that
 * two machines count the same share. */
static void sample(int k, double out[9]) {
    static const double g[9] = {0.9295701282320229, 0.8641006233012994, 0.8032421272075599,
                                0.7466698871896943, 0.6940820227819142, 0.6451979149209258,
                                0.5997567085080788, 0.5575159204358708, 0.5182501456509667};
    for (int i = 0; i < 9; i++) {
        double v = 0.5 + g[i] * (k + 1);
        out[i] = v - floor(v);
    }
}

static void in_disc(double a, double b, double radius, double *x, double *y) { /* uniform over the disc */
    double r = radius * sqrt(a), w = 2.0 * 3.14159265358979323846 * b;
    *x = r * cos(w), *y = r * sin(w);
}

/* The k-th case: one draw of each declaration's errors, the same for all of its parts. -1: out of memory. */
static int meets_in_case(const parts *p, int64_t a, int64_t b, const terms *m, int k, scratch *s) {
    double w[9], xa, ya, xb, yb;
    sample(k, w);
    in_disc(w[0], w[1], p->u[a], &xa, &ya);
    in_disc(w[2], w[3], p->u[b], &xb, &yb);
    question q = {m->radii + m->h + (m->h > 0.0 ? 0.0 : CONTACT_M), INFINITY, INFINITY, m->v == 0.0, m->t, 0, 0, 0};
    q.dx = xb - xa, q.dy = yb - ya;
    q.dt = (2.0 * w[4] - 1.0) * p->tu[b] - (2.0 * w[5] - 1.0) * p->tu[a];
    if (m->v >= 0.0) { /* b higher by `up` brings (lower a - upper b) down */
        double up = (2.0 * w[6] - 1.0) * p->zu[b] - (2.0 * w[7] - 1.0) * p->zu[a], datum = 2.0 * w[8] - 1.0;
        q.v_ab = m->v - m->ab.shift + up - datum * m->ab.allowance;
        q.v_ba = m->v - m->ba.shift - up + datum * m->ba.allowance;
    }
    contact c;
    meet(p, a, b, &q, 0, 0.0, s, &c);
    return c.met;
}

/* May they conflict under the rule? CERTAIN, or UNDECIDED between likely and possible, or NO. */
static int verdict(const parts *p, const rules *r, int32_t rule, int64_t a, int64_t b, int full, scratch *s,
                   contact *c) {
    terms m = terms_of(p, r, rule, a, b);
    question q = widest(&m);
    meet(p, a, b, &q, full, m.u, s, c);
    if (c->met < 0) return OUT_OF_MEMORY;
    if (!c->met) return NO;
    return must_meet(p, a, b, &m, c, s) ? CERTAIN : UNDECIDED;
}

/* Of SAMPLES cases, the share in which any of the part pairs conflicts. -1: out of memory. */
static double share_of(const parts *p, const rules *r, const int32_t *rule, const int64_t *as, const int64_t *bs,
                       int64_t n, scratch *s) {
    int hits = 0;
    for (int k = 0; k < SAMPLES; k++) {
        for (int64_t i = 0; i < n; i++) {
            terms m = terms_of(p, r, rule[i], as[i], bs[i]);
            int met = meets_in_case(p, as[i], bs[i], &m, k, s);
            if (met < 0) return -1.0;
            if (met) { hits++; break; }
        }
    }
    return (double)hits / SAMPLES;
}

#endif
