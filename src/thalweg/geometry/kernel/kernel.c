/* The inner loops of Thalweg's geometry and engine, called from thalweg.geometry.kernel through ctypes.
 *
 * Plain C without Python headers, compiled once at installation. Nothing here reads a clock, a file or an
 * environment; memory is the caller's arrays, a scratch space per call, and results that free_results() returns.
 */
#include "extent.h"
#include "tree.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* Vertices to Earth-centred coordinates; middle, reach, inner disc and longest edge of each part. */
EXPORT int thalweg_prepare(parts *p, int64_t from_part, int64_t to_part) {
    scratch s = {0};
    for (int64_t a = from_part; a < to_part; a++)
        to_earth_centred(p->lon, p->lat, p->first[a], p->first[a + 1], p->ex, p->ey, p->ez);
    for (int64_t a = from_part; a < to_part; a++) {
        int64_t from = p->first[a], n = p->first[a + 1] - from;
        vec sum = {0, 0, 0};
        for (int64_t i = 0; i < n; i++) sum = vec_add(sum, vertex(p, from + i));
        vec c = to_surface(n ? vec_scale(sum, 1.0 / (double)n) : (vec){WGS84_A, 0, 0});
        double reach2 = 0.0, edge2 = 0.0;
        for (int64_t i = 0; i < n; i++) {
            vec d = vec_sub(vertex(p, from + i), c);
            reach2 = larger(reach2, vec_dot(d, d));
        }
        p->cx[a] = c.x, p->cy[a] = c.y, p->cz[a] = c.z;
        p->reach[a] = sqrt(reach2);
        p->inner[a] = p->core[a] == POINT ? 0.0 : -1.0;
        if (p->core[a] == AREA) {
            for (int64_t r = p->ring[a]; r < p->ring[a + 1]; r++)
                for (int64_t i = p->ring_first[r], j = p->ring_first[r + 1] - 1; i < p->ring_first[r + 1]; j = i++) {
                    vec d = vec_sub(vertex(p, i), vertex(p, j));
                    edge2 = larger(edge2, vec_dot(d, d));
                }
        } else {
            for (int64_t i = 1; i < n; i++) {
                vec d = vec_sub(vertex(p, from + i), vertex(p, from + i - 1));
                edge2 = larger(edge2, vec_dot(d, d));
            }
        }
        p->edge[a] = sqrt(edge2);
        if (p->core[a] == AREA && p->reach[a] < 1e5) {
            if (!scratch_fit(&s, n)) { scratch_free(&s); return 0; }
            frame f = frame_at(c);
            outline(p, a, &f, 0, 1, 0, 0, s.ax, s.ay);
            if (in_area(p, a, s.ax, s.ay, 0.0, 0.0))
                p->inner[a] = to_boundary(p, a, s.ax, s.ay, 0.0, 0.0) - plane_error(p->reach[a], p->reach[a], p->edge[a]);
        }
    }
    scratch_free(&s);
    return 1;
}

/* How many pieces of at most LONGEST_EDGE_M the geodesic needs; 1 for a short edge. */
static int64_t pieces_of(vec a, vec b) {
    vec d = vec_sub(a, b);
    double chord2 = vec_dot(d, d);
    if (chord2 < 0.98 * LONGEST_EDGE_M * LONGEST_EDGE_M) return 1;
    return (int64_t)ceil(geodesic_m(a, b) / (0.999 * LONGEST_EDGE_M));
}

/* Paths and rings (`closed`) with their long geodesics cut. String k has the vertices first[k] .. first[k + 1].
 * Returns how many vertices that makes, and writes them up to `room`: with room 0, it only counts. `out_first` is the
 * CSR of the result. For each written vertex `edge_of` is the vertex that its piece began with and `along` how far along
 * that edge it lies, 0 to 1, so that times and heights can follow; both may be NULL. */
EXPORT int64_t thalweg_cut(int64_t n, const int64_t *first, const uint8_t *closed, const double *lon, const double *lat,
                           int64_t room, int64_t *out_first, double *out_lon, double *out_lat, int64_t *edge_of,
                           double *along) {
    int64_t made = 0;
    for (int64_t k = 0; k < n; k++) {
        if (room) out_first[k] = made;
        int64_t from = first[k], to = first[k + 1];
        for (int64_t i = from; i < to; i++) {
            if (made < room) {
                out_lon[made] = lon[i], out_lat[made] = lat[i];
                if (edge_of) edge_of[made] = i, along[made] = 0.0;
            }
            made++;
            if (i == to - 1 && !closed[k]) break;
            int64_t next = i == to - 1 ? from : i + 1;
            /* spares the trigonometry: a degree is at most 111.7 km of latitude and 111.4 km of longitude */
            double dl = fabs(lon[next] - lon[i]), dp = fabs(lat[next] - lat[i]);
            if (dl * dl + dp * dp < 0.0079) continue;
            vec a = surface(lon[i], lat[i]), b = surface(lon[next], lat[next]);
            int64_t pieces = pieces_of(a, b);
            if (pieces == 1) continue;
            if (made + pieces - 1 <= room) {
                geodesic_between(a, b, pieces, out_lon + made, out_lat + made);
                for (int64_t j = 1; edge_of && j < pieces; j++)
                    edge_of[made + j - 1] = i, along[made + j - 1] = (double)j / (double)pieces;
            }
            made += pieces - 1;
        }
    }
    if (room) out_first[n] = made;
    return made;
}

EXPORT void thalweg_geodesic(int64_t n, const double *lon0, const double *lat0, const double *lon1, const double *lat1, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = geodesic_m(surface(lon0[i], lat0[i]), surface(lon1[i], lat1[i]));
}

/* ---- all pairs ---- */

typedef struct {
    int64_t n, room, candidates;
    int32_t *a, *b, *rule; /* parts, a of the declaration with the lower rank; index of the rule */
    uint8_t *certain;      /* 1: every value within the bounds conflicts; 0: some do, and thalweg_shares() counts them */
} results;

static int results_add(results *r, int64_t a, int64_t b, int32_t rule, int certain) {
    if (r->n == r->room) {
        int64_t room = r->room ? 2 * r->room : 4096;
        int32_t *na = realloc(r->a, (size_t)room * 4); if (!na) return 0; r->a = na;
        int32_t *nb = realloc(r->b, (size_t)room * 4); if (!nb) return 0; r->b = nb;
        int32_t *nr = realloc(r->rule, (size_t)room * 4); if (!nr) return 0; r->rule = nr;
        uint8_t *nc = realloc(r->certain, (size_t)room); if (!nc) return 0; r->certain = nc;
        r->room = room;
    }
    r->a[r->n] = (int32_t)a, r->b[r->n] = (int32_t)b, r->rule[r->n] = rule, r->certain[r->n] = (uint8_t)certain;
    r->n++;
    return 1;
}

EXPORT void thalweg_free_results(results *r) {
    free(r->a), free(r->b), free(r->rule), free(r->certain);
    memset(r, 0, sizeof *r);
}

/* One candidate, judged and noted. Returns 0 on lack of memory. */
static int judge(const parts *p, const rules *r, int64_t a, int64_t b, scratch *s, results *out) {
    int32_t rule = rule_of(p, r, a, b);
    if (rule < 0) return 1;
    if (p->rank[p->declaration[a]] > p->rank[p->declaration[b]]) { int64_t swap = a; a = b, b = swap; }
    out->candidates++;
    contact c;
    int v = verdict(p, r, rule, a, b, DECIDE, s, &c);
    if (v == OUT_OF_MEMORY) return 0;
    return v == NO || results_add(out, a, b, rule, v == CERTAIN);
}

typedef struct { const double *grow_h, *grow_v, *grow_t; double t_zero; } setting;

/* A tree over n parts; `part` NULL: over the first n. */
static int plant(tree *t, const parts *p, const rules *r, const setting *g, int64_t n, const int32_t *part) {
    memset(t, 0, sizeof *t);
    box5 *boxes = malloc((size_t)(n ? n : 1) * sizeof *boxes);
    int32_t *all = part ? NULL : malloc((size_t)(n ? n : 1) * sizeof *all);
    int ok = boxes && (part || all);
    for (int64_t i = 0; ok && i < n; i++) {
        if (all) all[i] = (int32_t)i;
        boxes[i] = box_of_part(p, r, g->grow_h, g->grow_v, g->grow_t, g->t_zero, part ? part[i] : i);
    }
    if (ok) ok = tree_build(t, boxes, part ? part : all, n, g->t_zero);
    free(boxes), free(all);
    if (!ok) tree_free(t);
    return ok;
}

/* tree_query into a list that grows. Returns how many, -1 if memory ran out. */
static int64_t query(const tree *t, const box5 *q, int of_level, int64_t least, int32_t **near, int64_t *room) {
    int64_t n = tree_query(t, q, of_level, least, *near, *room);
    if (n <= *room) return n;
    int32_t *grown = realloc(*near, (size_t)(2 * n) * sizeof **near);
    if (!grown) return -1;
    *near = grown, *room = 2 * n;
    return tree_query(t, q, of_level, least, *near, *room);
}

/* Every pair of parts that may conflict. 1, or 0 if memory ran out (and then nothing is to be believed).
 *
 * Block by block: the tree is descended once for sixteen neighbours together, and of each block found only those of
 * the sixteen are compared that reach its hull. */
EXPORT int thalweg_batch(const parts *p, const rules *r, const setting *g, results *out) {
    memset(out, 0, sizeof *out);
    scratch s = {0};
    tree t;
    int32_t *near = NULL;
    int64_t room = 0;
    int ok = plant(&t, p, r, g, p->n_parts, NULL);
    for (int64_t k = 0; ok && k * LANES < p->n_parts; k++) {
        const block *mine = &t.level[0][k];
        box5 all = hull(mine);
        int64_t n = query(&t, &all, 1, k, &near, &room);
        ok = n >= 0;
        for (int64_t j = 0; ok && j < n; j++) {
            const block *theirs = &t.level[0][near[j]];
            box5 them = hull(theirs);
            for (uint32_t bits = overlaps(mine, &them); ok && bits; bits &= bits - 1) {
                int i = __builtin_ctz(bits);
                box5 one = lane(mine, i);
                uint32_t hits = overlaps(theirs, &one);
                if (near[j] == k) hits &= i == LANES - 1 ? 0 : ~0u << (i + 1); /* each pair once */
                for (; ok && hits; hits &= hits - 1)
                    ok = judge(p, r, t.item[k * LANES + i], t.item[near[j] * LANES + __builtin_ctz(hits)], &s, out);
            }
        }
    }
    free(near), scratch_free(&s), tree_free(&t);
    if (!ok) thalweg_free_results(out);
    return ok;
}

/* ---- one against many: the online face ---- */

/* A tree over the given parts, kept by the caller as an opaque handle; NULL if memory ran out. */
EXPORT tree *thalweg_tree(const parts *p, const rules *r, const setting *g, int64_t n, const int32_t *part) {
    tree *t = malloc(sizeof *t);
    if (t && !plant(t, p, r, g, n, part)) free(t), t = NULL;
    return t;
}

EXPORT void thalweg_free_tree(tree *t) {
    if (t) tree_free(t), free(t);
}

/* Copy the parts from..to of `src`, derived columns included, behind those of `dst`, as the declaration of that number. The
 * caller has seen to the room. */
EXPORT void thalweg_append(parts *dst, const parts *src, int64_t from, int64_t to, int32_t declaration) {
    int64_t n = dst->n_parts, vertices = dst->n_vertices, rings = dst->ring[n];
    int64_t v0 = src->first[from], v1 = src->first[to], r0 = src->ring[from], r1 = src->ring[to];
#define COPY(column, at, begin, count) memcpy((void *)(dst->column + (at)), src->column + (begin), (size_t)(count) * sizeof *src->column)
#define EACH_PART(X) X(core) X(radius) X(u) X(t0) X(t1) X(tu) X(lower) X(upper) X(lower_datum) X(upper_datum) X(zu) X(z0) \
    X(z1) X(half) X(geoid) X(unstated) X(cx) X(cy) X(cz) X(reach) X(inner) X(edge)
#define COPY_PART(column) COPY(column, n, from, to - from);
    EACH_PART(COPY_PART)
    COPY(lon, vertices, v0, v1 - v0), COPY(lat, vertices, v0, v1 - v0);
    COPY(ex, vertices, v0, v1 - v0), COPY(ey, vertices, v0, v1 - v0), COPY(ez, vertices, v0, v1 - v0);
    int64_t *first = (int64_t *)dst->first, *ring = (int64_t *)dst->ring, *ring_first = (int64_t *)dst->ring_first;
    for (int64_t k = from; k < to; k++) {
        ((int32_t *)dst->declaration)[n + k - from] = declaration;
        first[n + 1 + k - from] = vertices + src->first[k + 1] - v0;
        ring[n + 1 + k - from] = rings + src->ring[k + 1] - r0;
    }
    for (int64_t k = r0; k <= r1; k++) ring_first[rings + k - r0] = vertices + src->ring_first[k] - v0;
    dst->n_parts += to - from, dst->n_vertices += v1 - v0;
}

/* Parts from..to against the living ones in the trees, and in the tail of parts that no tree holds yet. */
EXPORT int thalweg_query(const parts *p, const rules *r, const setting *g, tree *const *trees, int64_t n_trees,
                         int64_t tail_from, int64_t tail_to, const uint8_t *alive, int64_t from, int64_t to, results *out) {
    memset(out, 0, sizeof *out);
    scratch s = {0};
    int64_t room = 0;
    int32_t *near = NULL;
    int ok = 1;
    for (int64_t a = from; ok && a < to; a++) {
        box5 q = box_of_part(p, r, g->grow_h, g->grow_v, g->grow_t, g->t_zero, a);
        for (int64_t k = 0; ok && k < n_trees; k++) {
            int64_t n = query(trees[k], &q, 0, 0, &near, &room);
            ok = n >= 0;
            for (int64_t i = 0; ok && i < n; i++) {
                int32_t b = trees[k]->item[near[i]];
                if (alive[b]) ok = judge(p, r, a, b, &s, out);
            }
        }
        for (int64_t b = tail_from; ok && b < tail_to; b++)
            if (alive[b] && (b < from || b >= to)) ok = judge(p, r, a, b, &s, out);
    }
    free(near), scratch_free(&s);
    if (!ok) thalweg_free_results(out);
    return ok;
}

/* ---- one against shelves of many: the online face ----
 *
 * What is live stands on shelves, each a table of its own with its own trees. A question is a small table; what its boxes
 * reach on any shelf is first told, then copied behind it, and only there compared: so nothing is written on a shelf to
 * ask about it, and a shelf is bounded, whatever is live. */
typedef struct {
    const parts *p;
    tree *const *trees;
    int64_t n_trees, tail_from, tail_to; /* parts that no tree holds yet */
    const uint8_t *alive;
    const int64_t *number; /* of each of its declarations, wherever else it is spoken of */
} shelf;

static int32_t rule_across(const parts *p, int64_t a, const parts *o, int64_t b, const rules *r) {
    int32_t da = p->declaration[a], db = o->declaration[b];
    int64_t pa = p->party[da], pb = o->party[db];
    int64_t same = pa == pb || (pa < r->n_parties && pb < r->n_parties && r->same_party[pa * r->n_parties + pb]);
    return r->rule[(same * r->n_kinds + p->kind[da]) * r->n_kinds + o->kind[db]];
}

static inline int meet5(const box5 *a, const box5 *b) {
    for (int d = 0; d < DIMS; d++)
        if (a->lo[d] > b->hi[d] || a->hi[d] < b->lo[d]) return 0;
    return 1;
}

/* For the parts from..to of the question, what is alive on the shelves, has a rule with it and whose box meets its own: `a`
 * the part, `b` the row on its shelf, `rule` the shelf. Rule 0, which hands over to lines, does not count. */
EXPORT int thalweg_reach(const parts *q, const rules *r, const setting *g, int64_t from, int64_t to, const shelf *shelves,
                         int64_t n_shelves, results *out) {
    memset(out, 0, sizeof *out);
    int64_t room = 0;
    int32_t *near = NULL;
    int ok = 1;
    for (int64_t a = from; ok && a < to; a++) {
        box5 mine = box_of_part(q, r, g->grow_h, g->grow_v, g->grow_t, g->t_zero, a);
        for (int64_t h = 0; ok && h < n_shelves; h++) {
            const shelf *s = &shelves[h];
            for (int64_t k = 0; ok && k < s->n_trees; k++) {
                int64_t n = query(s->trees[k], &mine, 0, 0, &near, &room);
                ok = n >= 0;
                for (int64_t i = 0; ok && i < n; i++) {
                    int32_t b = s->trees[k]->item[near[i]];
                    if (s->alive[b] && rule_across(q, a, s->p, b, r) > 0) ok = results_add(out, a, b, (int32_t)h, 0);
                }
            }
            for (int64_t b = s->tail_from; ok && b < s->tail_to; b++) {
                if (!s->alive[b] || rule_across(q, a, s->p, b, r) <= 0) continue;
                box5 theirs = box_of_part(s->p, r, g->grow_h, g->grow_v, g->grow_t, g->t_zero, b);
                if (meet5(&mine, &theirs)) ok = results_add(out, a, b, (int32_t)h, 0);
            }
        }
    }
    free(near);
    if (!ok) thalweg_free_results(out);
    return ok;
}

/* Of those rows of the shelves the numbers of their declarations, and how many vertices and rings each has. */
EXPORT void thalweg_named(const shelf *shelves, int64_t n, const int32_t *of, const int32_t *row, int64_t *number,
                          int64_t *vertices, int64_t *rings) {
    for (int64_t i = 0; i < n; i++) {
        const parts *p = shelves[of[i]].p;
        number[i] = shelves[of[i]].number[p->declaration[row[i]]];
        vertices[i] = p->first[row[i] + 1] - p->first[row[i]];
        rings[i] = p->ring[row[i] + 1] - p->ring[row[i]];
    }
}

/* Copy those rows of the shelves behind the parts of `dst`, as the declarations of those numbers, with their kinds,
 * parties and ranks. The caller has seen to the room. */
EXPORT void thalweg_gather(parts *dst, const shelf *shelves, int64_t n, const int32_t *of, const int32_t *row, const int32_t *number) {
    for (int64_t i = 0; i < n; i++) {
        const parts *p = shelves[of[i]].p;
        int32_t d = p->declaration[row[i]];
        ((int32_t *)dst->kind)[number[i]] = p->kind[d];
        ((int32_t *)dst->party)[number[i]] = p->party[d];
        ((uint64_t *)dst->rank)[number[i]] = p->rank[d];
        thalweg_append(dst, p, row[i], row[i] + 1, number[i]);
    }
}

/* Exactly those pairs of parts, judged. */
EXPORT int thalweg_judge(const parts *p, const rules *r, int64_t n, const int32_t *a, const int32_t *b, results *out) {
    memset(out, 0, sizeof *out);
    scratch s = {0};
    int ok = 1;
    for (int64_t i = 0; ok && i < n; i++) ok = judge(p, r, a[i], b[i], &s, out);
    scratch_free(&s);
    if (!ok) thalweg_free_results(out);
    return ok;
}

/* ---- explaining ---- */

/* The closest places of the cores, moved to the rims of the regions around them; one place in common where those overlap. */
static void nearest_of_regions(const parts *p, int64_t a, int64_t b, const contact *c, double *lon_a, double *lat_a,
                               double *lon_b, double *lat_b) {
    double ra = p->radius[a], rb = p->radius[b], from_a = lesser(ra, c->d), to_b = larger(from_a, c->d - rb);
    if (c->d <= ra + rb) from_a = to_b = 0.5 * (larger(0.0, c->d - rb) + lesser(ra, c->d));
    to_lonlat(c->at_a, lon_a, lat_a);
    to_lonlat(c->at_b, lon_b, lat_b);
    if (c->d == 0.0 || ra + rb == 0.0) return;
    ray r = ray_from(c->at_a, c->at_b);
    along_ray(&r, from_a, lon_a, lat_a);
    along_ray(&r, to_b, lon_b, lat_b);
}

/* For part pairs that may conflict: what is nearest, where, when, and how high. All arrays have n entries. 0: no memory. */
EXPORT int thalweg_explain(const parts *p, const rules *r, int64_t n, const int32_t *a, const int32_t *b,
                           const int32_t *rule, double *d, double *lon_a, double *lat_a, double *lon_b, double *lat_b,
                           double *vertical, double *allowance, double *first, double *closest, double *last) {
    scratch s = {0};
    for (int64_t i = 0; i < n; i++) {
        terms m = terms_of(p, r, rule[i], a[i], b[i]);
        question q = widest(&m);
        contact c;
        meet(p, a[i], b[i], &q, EXPLAIN, 0.0, &s, &c);
        if (!c.met) { /* a distance at the very limit may be rounded to the other side when it is looked at closely */
            q.h += 0.01 + 1e-5 * q.h;
            meet(p, a[i], b[i], &q, EXPLAIN, 0.0, &s, &c);
        }
        if (c.met < 0) { scratch_free(&s); return 0; }
        if (!c.met) {
            d[i] = lon_a[i] = lat_a[i] = lon_b[i] = lat_b[i] = vertical[i] = allowance[i] = first[i] = closest[i] = last[i] = NAN;
            continue;
        }
        d[i] = larger(0.0, c.d - m.radii);
        nearest_of_regions(p, a[i], b[i], &c, &lon_a[i], &lat_a[i], &lon_b[i], &lat_b[i]);
        vertical[i] = allowance[i] = NAN;
        if (m.v >= 0.0) {
            double low_a = p->lower[a[i]], high_a = p->upper[a[i]], low_b = p->lower[b[i]], high_b = p->upper[b[i]];
            if (p->core[a[i]] == LEG && !isnan(c.ta)) {
                double at = (c.ta - p->t0[a[i]]) / (p->t1[a[i]] - p->t0[a[i]]);
                low_a = leg_lower(p, a[i], at), high_a = leg_upper(p, a[i], at);
            }
            if (p->core[b[i]] == LEG && !isnan(c.tb)) {
                double at = (c.tb - p->t0[b[i]]) / (p->t1[b[i]] - p->t0[b[i]]);
                low_b = leg_lower(p, b[i], at), high_b = leg_upper(p, b[i], at);
            }
            double ab = low_a - high_b + m.ab.shift, ba = low_b - high_a + m.ba.shift;
            vertical[i] = larger(ab, ba) > -INFINITY ? larger(0.0, larger(ab, ba)) : NAN;
            allowance[i] = ab > ba ? m.ab.allowance : m.ba.allowance;
        }
        when(p, a[i], b[i], &q, &c, &s, &first[i], &last[i]);
        closest[i] = !isnan(c.ta) ? c.ta : !isnan(c.tb) ? c.tb : first[i];
    }
    scratch_free(&s);
    return 1;
}

/* Shares for groups of part pairs that belong to one pair of declarations: group g is start[g] .. start[g + 1]. */
EXPORT int thalweg_shares(const parts *p, const rules *r, int64_t groups, const int64_t *start, const int32_t *a,
                          const int32_t *b, const int32_t *rule, double *share, uint8_t *told) {
    scratch s = {0};
    for (int64_t g = 0; g < groups; g++) {
        int64_t from = start[g], n = start[g + 1] - from;
        share[g] = share_of(p, r, rule + from, a + from, b + from, n, &s);
        if (share[g] < 0.0) { scratch_free(&s); return 0; }
        told[g] = 0; /* can it be told at all? by any of its pairs */
        for (int64_t i = from; i < from + n; i++) {
            terms m = terms_of(p, r, rule[i], a[i], b[i]);
            told[g] |= (uint8_t)(!m.unstated && !m.unknown);
        }
    }
    scratch_free(&s);
    return 1;
}

/* ---- looking for a way out ---- */

/* Pairs of the parts from..to (as `a`) with all that they could conflict with after being moved by up to `side` metres over
 * the ground, `up` metres in height and `late` seconds in time, either way. */
EXPORT int thalweg_neighbours(const parts *p, const rules *r, const setting *g, const tree *t, int64_t from, int64_t to,
                              double side, double up_m, double late, results *out) {
    memset(out, 0, sizeof *out);
    scratch s = {0};
    int64_t room = 0;
    int32_t *near = NULL;
    int ok = 1;
    for (int64_t a = from; ok && a < to; a++) {
        box5 q = box_of_part(p, r, g->grow_h, g->grow_v, g->grow_t, g->t_zero, a);
        double wider[DIMS] = {side, side, side, late, up_m};
        for (int d = 0; d < DIMS; d++) q.lo[d] = down(q.lo[d] - wider[d]), q.hi[d] = up(q.hi[d] + wider[d]);
        int64_t n = query(t, &q, 0, 0, &near, &room);
        ok = n >= 0;
        for (int64_t i = 0; ok && i < n; i++) {
            int64_t b = t->item[near[i]];
            int32_t rule = rule_of(p, r, a, b);
            if (rule < 0) continue;
            terms m = terms_of(p, r, rule, a, b);
            question ask = widest(&m);
            ask.h += side, ask.stop = ask.h, ask.v_ab += up_m, ask.v_ba += up_m, ask.t += late;
            contact c;
            meet(p, a, b, &ask, 0, 0.0, &s, &c);
            ok = c.met >= 0 && (!c.met || results_add(out, a, b, rule, 0));
        }
    }
    free(near), scratch_free(&s);
    if (!ok) thalweg_free_results(out);
    return ok;
}

/* Of n changes to the declaration of the parts `a` (metres east, north and up, seconds later), in order, the first under
 * which none of the pairs may conflict any more; n if there is none, -1 if memory ran out. */
EXPORT int64_t thalweg_first_clear(const parts *p, const rules *r, int64_t pairs, const int32_t *a, const int32_t *b,
                                   const int32_t *rule, int64_t n, const double *east, const double *north,
                                   const double *higher, const double *later) {
    scratch s = {0};
    int64_t guilty = 0; /* the pair that refused the last change is asked first about the next */
    int64_t i = 0;
    for (; i < n; i++) {
        int clear = 1;
        for (int64_t k = 0; clear && k < pairs; k++) {
            int64_t j = (guilty + k) % pairs;
            terms m = terms_of(p, r, rule[j], a[j], b[j]);
            question q = widest(&m);
            q.dx = -east[i], q.dy = -north[i], q.dt = -later[i];
            q.v_ab -= higher[i], q.v_ba += higher[i];
            contact c;
            meet(p, a[j], b[j], &q, 0, 0.0, &s, &c);
            if (c.met < 0) { scratch_free(&s); return -1; }
            if (c.met) clear = 0, guilty = j;
        }
        if (clear) break;
    }
    scratch_free(&s);
    return i;
}

/* ---- lines and their sides ----
 *
 * For each point: the distance to the path (metres), positive on its left, negative on its right, as seen along
 * it; NaN where the nearest place is an end of the path and the point lies beyond it: there it has no sides. At a bend
 * the side is that of the sum of the two directions (the angle-weighted normal in the plane: Baerentzen and Aanaes,
 * "Signed distance computation using the angle weighted pseudonormal", 2005). `edge` is the nearest edge. */
static inline int same_place(vec a, vec b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

EXPORT void thalweg_sides(const double *line_lon, const double *line_lat, int64_t m, const double *lon, const double *lat,
                          int64_t n, double *line_ecef, double *signed_m, int64_t *edge_at, double *along) {
    vec *line = (vec *)line_ecef;
    for (int64_t j = 0; j < m; j++) line[j] = surface(line_lon[j], line_lat[j]);
    for (int64_t i = 0; i < n; i++) {
        vec o = surface(lon[i], lat[i]);
        frame f = frame_at(o);
        double best2 = INFINITY, best_s = 0.0, jx, jy, kx, ky;
        int64_t best = 0;
        to_plane(&f, line[0], &jx, &jy);
        for (int64_t j = 0; j + 1 < m; j++, jx = kx, jy = ky) {
            double s;
            to_plane(&f, line[j + 1], &kx, &ky);
            segment e = segment_of(jx, jy, kx, ky);
            double d2 = point_segment2(0, 0, &e, &s);
            if (vec_dot(vec_sub(line[j], o), f.u) < -WGS84_A) continue; /* beyond the horizon's antipode */
            if (same_place(line[j], line[j + 1])) continue; /* a vertex given twice is no edge, and no end */
            if (d2 < best2) best2 = d2, best = j, best_s = s;
        }
        edge_at[i] = best, along[i] = best_s;
        if (best2 == INFINITY) { signed_m[i] = NAN; continue; } /* on the other side of the Earth */
        double ax, ay, bx, by;
        to_plane(&f, line[best], &ax, &ay), to_plane(&f, line[best + 1], &bx, &by);
        double dx = bx - ax, dy = by - ay, px = ax + best_s * dx, py = ay + best_s * dy, l = hypot(dx, dy);
        double turn_x = l > 0 ? dx / l : 0, turn_y = l > 0 ? dy / l : 0;
        int64_t other = best_s <= 0.0 ? best - 1 : best_s >= 1.0 ? best + 1 : -2, step = best_s <= 0.0 ? -1 : 1;
        while (other >= 0 && other < m - 1 && same_place(line[other], line[other + 1])) other += step;
        if (other == -1 || other == m - 1) { /* an end of the path: are we beyond it? */
            double ahead = (-px) * dx + (-py) * dy;
            if ((best_s <= 0.0 && ahead < -1e-6 * l) || (best_s >= 1.0 && ahead > 1e-6 * l)) { signed_m[i] = NAN; continue; }
        } else if (other >= 0) {
            double cx, cy, ex, ey;
            to_plane(&f, line[other], &cx, &cy), to_plane(&f, line[other + 1], &ex, &ey);
            double k = hypot(ex - cx, ey - cy);
            if (k > 0) turn_x += (ex - cx) / k, turn_y += (ey - cy) / k;
        }
        double r = sqrt(best2), arc = r < WGS84_A ? WGS84_A * asin(r / WGS84_A) : r;
        signed_m[i] = cross(turn_x, turn_y, -px, -py) >= 0.0 ? arc : -arc;
    }
}
