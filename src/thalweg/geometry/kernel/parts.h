/* Parts: what declarations are made of, as columns.
 *
 * A part is a core (a point, a path, an area with holes, or one leg of a moving position) and a radius
 * around it: a circle is a point with a radius, a corridor a path with one. So buffers are exact on the
 * ground and never drawn. A declaration is a run of parts.
 *
 *   part      0          1              2
 *   first     0          4              9      -> vertices (lon, lat), CSR
 *   ring      0          1              1  3   -> areas only: rings, CSR into ring_first -> vertices
 *
 * Edges are at most LONGEST_EDGE_M long (longer geodesics are cut before they come here), so that an edge
 * and the straight line between its ends in a nearby tangent plane are the same to a centimetre.
 */
#ifndef THALWEG_PARTS_H
#define THALWEG_PARTS_H

#include "ellipsoid.h"

#define LONGEST_EDGE_M 10000.0

enum core { POINT = 0, PATH = 1, AREA = 2, LEG = 3 };
enum datum { WGS84 = 0, EGM96 = 1, EGM2008 = 2, AGL = 3, FL = 4, UNKNOWN = 5 };

typedef struct {
    int64_t n_parts, n_vertices;
    const int32_t *declaration; /* of each part */
    const uint8_t *core;
    const int64_t *first;      /* n_parts + 1 */
    const int64_t *ring;       /* n_parts + 1, into ring_first */
    const int64_t *ring_first; /* rings + 1, into vertices; the last one closes the last ring */
    const double *lon, *lat;   /* degrees */
    const double *radius, *u;  /* metres: buffer; horizontal uncertainty */
    const double *t0, *t1, *tu; /* seconds, window and its uncertainty */
    const double *lower, *upper; /* metres above their datums, -inf / inf where open; of a leg: its extremes */
    const uint8_t *lower_datum, *upper_datum;
    const double *zu;            /* metres, vertical uncertainty */
    const double *z0, *z1, *half; /* of a leg: heights at its ends, half-height; NaN where it has none */
    const double *geoid;         /* metres, undulation of EGM96 at the part */
    const uint8_t *unstated;     /* 1: it has a height, but nobody said which */
    const int32_t *kind;         /* of each declaration: class of the compatibility matrix */
    const int32_t *party;        /* of each declaration */
    const uint64_t *rank;        /* of each declaration: which of a pair is `a`, whatever their numbers */
    /* made by prepare(): */
    double *ex, *ey, *ez; /* vertices, Earth-centred */
    double *cx, *cy, *cz; /* a point of the surface near the middle of each part */
    double *reach;        /* metres from there to the farthest vertex, along the chord */
    double *inner;        /* metres: a disc of that radius around the middle is inside the area; -1 if none */
    double *edge;         /* metres, longest edge */
} parts;

/* What two kinds may do near each other: -1 permitted, else the index of a rule. */
typedef struct {
    int64_t n_kinds, n_parties;
    const int32_t *rule;       /* [same party][kind][kind] */
    const uint8_t *same_party; /* [party][party]; those beyond n_parties are the same as themselves only */
    const double *h, *v, *t;   /* margins of each rule; v < 0: height is no separation */
    double ground_low, ground_high, pressure, egm2008; /* bounds between datums, metres */
} rules;

static inline int32_t rule_of(const parts *p, const rules *r, int64_t a, int64_t b) {
    int32_t da = p->declaration[a], db = p->declaration[b];
    if (da == db) return -1;
    int64_t pa = p->party[da], pb = p->party[db];
    int64_t same = pa == pb || (pa < r->n_parties && pb < r->n_parties && r->same_party[pa * r->n_parties + pb]);
    return r->rule[(same * r->n_kinds + p->kind[da]) * r->n_kinds + p->kind[db]];
}

static inline vec vertex(const parts *p, int64_t i) { return (vec){p->ex[i], p->ey[i], p->ez[i]}; }
static inline vec middle(const parts *p, int64_t a) { return (vec){p->cx[a], p->cy[a], p->cz[a]}; }

/* ---- heights: the difference between a lower limit of one part and an upper limit of another ---- */

typedef struct { double shift, allowance; } datum_shift;

static inline datum_shift above_ellipsoid(int datum, double geoid, const rules *r) {
    double low, high;
    switch (datum) {
    case WGS84: return (datum_shift){0.0, 0.0};
    case EGM96: return (datum_shift){geoid, 0.0};
    case EGM2008: return (datum_shift){geoid, r->egm2008};
    case AGL: low = geoid + r->ground_low, high = geoid + r->ground_high; break;
    case FL: low = geoid - r->pressure, high = geoid + r->pressure; break;
    default: /* unknown: it may be any of them */
        low = lesser(0.0, geoid - larger(r->pressure, -r->ground_low));
        high = larger(0.0, geoid + larger(r->pressure, r->ground_high));
    }
    return (datum_shift){0.5 * (low + high), 0.5 * (high - low)};
}

/* shift and allowance such that (lower limit of a) - (upper limit of b) = za - zb + shift +/- allowance. */
static inline datum_shift between_datums(int da, double geoid_a, int db, double geoid_b, const rules *r) {
    if (da == db && da != UNKNOWN) {
        return (datum_shift){0.0, 0.0}; /* one surface for both: ground, sea level or pressure near each other */
    }
    datum_shift a = above_ellipsoid(da, geoid_a, r), b = above_ellipsoid(db, geoid_b, r);
    return (datum_shift){a.shift - b.shift, a.allowance + b.allowance};
}

#endif
