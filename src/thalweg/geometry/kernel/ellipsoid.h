/* The WGS84 ellipsoid: surface points in Earth-centred coordinates, tangent frames, geodesic distance.
 *
 * A surface point is kept as its Earth-centred (ECEF) vector in metres. Nothing here knows longitude,
 * so the antimeridian and the poles are ordinary places.
 */
#ifndef THALWEG_ELLIPSOID_H
#define THALWEG_ELLIPSOID_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WGS84_A 6378137.0
#define WGS84_F (1.0 / 298.257223563)
#define WGS84_E2 (WGS84_F * (2.0 - WGS84_F))
#define WGS84_B (WGS84_A * (1.0 - WGS84_F))
/* The smallest radius of curvature: the meridian's at the equator. Bounds of errors use it. */
#define WGS84_R_MIN (WGS84_A * (1.0 - WGS84_E2))
#define DEGREE (3.14159265358979323846 / 180.0)

/* Without the care for NaN that makes fmax and fmin calls: none of what they compare can be one. */
static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double lesser(double a, double b) { return a < b ? a : b; }
static inline float largerf(float a, float b) { return a > b ? a : b; }
static inline float lesserf(float a, float b) { return a < b ? a : b; }

typedef struct { double x, y, z; } vec;
typedef struct { vec o, e, n, u; } frame; /* origin on the surface; east, north, up */

static inline vec vec_sub(vec a, vec b) { return (vec){a.x - b.x, a.y - b.y, a.z - b.z}; }
static inline vec vec_add(vec a, vec b) { return (vec){a.x + b.x, a.y + b.y, a.z + b.z}; }
static inline vec vec_scale(vec a, double s) { return (vec){a.x * s, a.y * s, a.z * s}; }
static inline double vec_dot(vec a, vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline double vec_norm(vec a) { return sqrt(vec_dot(a, a)); }
static inline vec vec_lerp(vec a, vec b, double s) { return vec_add(a, vec_scale(vec_sub(b, a), s)); }

static inline vec surface(double lon_deg, double lat_deg) {
    double lat = lat_deg * DEGREE, lon = lon_deg * DEGREE;
    double s = sin(lat), c = cos(lat), n = WGS84_A / sqrt(1.0 - WGS84_E2 * s * s);
    return (vec){n * c * cos(lon), n * c * sin(lon), n * (1.0 - WGS84_E2) * s};
}

/* The same for a run of vertices. Those within 0.02 rad of the first share its sines and cosines, by the addition
 * theorems and series whose first dropped terms are below 3e-16: no trigonometry, and the loop can be vectorised. */
static void to_earth_centred(const double *lon, const double *lat, int64_t from, int64_t to, double *restrict ex,
                             double *restrict ey, double *restrict ez) {
    if (from == to) return;
    double lon0 = lon[from], lat0 = lat[from], widest = 0.0;
    for (int64_t i = from; i < to; i++) widest = larger(widest, larger(fabs(lon[i] - lon0), fabs(lat[i] - lat0)));
    if (widest * DEGREE > 0.02) {
        for (int64_t i = from; i < to; i++) {
            vec v = surface(lon[i], lat[i]);
            ex[i] = v.x, ey[i] = v.y, ez[i] = v.z;
        }
        return;
    }
    double sl0 = sin(lon0 * DEGREE), cl0 = cos(lon0 * DEGREE), sp0 = sin(lat0 * DEGREE), cp0 = cos(lat0 * DEGREE);
    for (int64_t i = from; i < to; i++) {
        double l = (lon[i] - lon0) * DEGREE, q = (lat[i] - lat0) * DEGREE, l2 = l * l, q2 = q * q;
        double sl = l * (1.0 - l2 / 6.0 * (1.0 - l2 / 20.0)), cl = 1.0 - 0.5 * l2 * (1.0 - l2 / 12.0 * (1.0 - l2 / 30.0));
        double sq = q * (1.0 - q2 / 6.0 * (1.0 - q2 / 20.0)), cq = 1.0 - 0.5 * q2 * (1.0 - q2 / 12.0 * (1.0 - q2 / 30.0));
        double s = sp0 * cq + cp0 * sq, c = cp0 * cq - sp0 * sq, n = WGS84_A / sqrt(1.0 - WGS84_E2 * s * s);
        ex[i] = n * c * (cl0 * cl - sl0 * sl), ey[i] = n * c * (sl0 * cl + cl0 * sl), ez[i] = n * (1.0 - WGS84_E2) * s;
    }
}

/* The surface point on the ray from the Earth's centre: brings a chord's point back to the ground. For a
 * chord of 10 km that is 2 m away, and the ray leaves the vertical by at most 0.2 degrees: 7 mm. */
static inline vec to_surface(vec p) {
    double w = (p.x * p.x + p.y * p.y) / (WGS84_A * WGS84_A) + p.z * p.z / (WGS84_B * WGS84_B);
    return vec_scale(p, 1.0 / sqrt(w));
}

static inline void to_lonlat(vec p, double *lon_deg, double *lat_deg) {
    double q = hypot(p.x, p.y);
    *lat_deg = atan2(p.z, q * (1.0 - WGS84_E2)) / DEGREE; /* exact on the surface */
    *lon_deg = q == 0.0 ? 0.0 : atan2(p.y, p.x) / DEGREE;
}

/* East, north and up at a surface point, without trigonometry: up is the gradient of the ellipsoid. */
static inline frame frame_at(vec p) {
    frame f;
    double q = hypot(p.x, p.y);
    f.o = p;
    f.u = (vec){p.x, p.y, p.z / (1.0 - WGS84_E2)};
    f.u = vec_scale(f.u, 1.0 / vec_norm(f.u));
    f.e = q > 1e-6 ? (vec){-p.y / q, p.x / q, 0.0} : (vec){0.0, 1.0, 0.0};
    f.n = (vec){f.u.y * f.e.z - f.u.z * f.e.y, f.u.z * f.e.x - f.u.x * f.e.z, f.u.x * f.e.y - f.u.y * f.e.x};
    return f;
}

/* Geodesic distance by Vincenty's inverse formula (Survey Review 23, 1975), good to 0.1 mm; nearly
 * antipodal pairs, where it does not converge, return half the meridian: nothing here is that large. */
static double geodesic_m(vec p, vec q) {
    double chord2 = vec_dot(vec_sub(p, q), vec_sub(p, q));
    if (chord2 == 0.0) return 0.0;
    if (chord2 < 1e6) { /* below 1 km the arc exceeds the chord by less than c^3 / 24 R^2 = 1 micrometre */
        double c = sqrt(chord2);
        return c * (1.0 + chord2 / (24.0 * WGS84_A * WGS84_A));
    }
    double u1 = atan2(p.z, (1.0 - WGS84_F) * hypot(p.x, p.y)), u2 = atan2(q.z, (1.0 - WGS84_F) * hypot(q.x, q.y));
    /* reduced latitude: tan U = (1 - f) tan lat, and tan lat = z / (rho (1 - e2)) on the surface */
    double s1 = sin(u1), c1 = cos(u1), s2 = sin(u2), c2 = cos(u2);
    double l = atan2(p.x * q.y - p.y * q.x, p.x * q.x + p.y * q.y), lambda = l;
    double sigma = 0, ss = 0, cs = 0, ca2 = 0, c2m = 0;
    for (int i = 0; i < 100; i++) {
        double sl = sin(lambda), cl = cos(lambda), t1 = c2 * sl, t2 = c1 * s2 - s1 * c2 * cl;
        ss = sqrt(t1 * t1 + t2 * t2);
        if (ss == 0.0) return 0.0;
        cs = s1 * s2 + c1 * c2 * cl;
        sigma = atan2(ss, cs);
        double sa = c1 * c2 * sl / ss;
        ca2 = 1.0 - sa * sa;
        c2m = ca2 > 1e-12 ? cs - 2.0 * s1 * s2 / ca2 : 0.0;
        double c = WGS84_F / 16.0 * ca2 * (4.0 + WGS84_F * (4.0 - 3.0 * ca2)), before = lambda;
        lambda = l + (1.0 - c) * WGS84_F * sa * (sigma + c * ss * (c2m + c * cs * (2.0 * c2m * c2m - 1.0)));
        if (fabs(lambda) > 3.2) return 3.14159265358979323846 * WGS84_B;
        if (fabs(lambda - before) < 1e-13) break;
    }
    double v = ca2 * (WGS84_A * WGS84_A - WGS84_B * WGS84_B) / (WGS84_B * WGS84_B);
    double a = 1.0 + v / 16384.0 * (4096.0 + v * (-768.0 + v * (320.0 - 175.0 * v)));
    double b = v / 1024.0 * (256.0 + v * (-128.0 + v * (74.0 - 47.0 * v)));
    double ds = b * ss * (c2m + b / 4.0 * (cs * (2.0 * c2m * c2m - 1.0) -
                b / 6.0 * c2m * (4.0 * ss * ss - 3.0) * (4.0 * c2m * c2m - 3.0)));
    return WGS84_B * a * (sigma - ds);
}

/* A geodesic from p: Vincenty's direct formula, with the azimuth and length of his inverse from p to q. */
typedef struct { double s1, c1, sz, cz, sa, ca2, sigma1, a, b, c, lon1, length; } ray;

static ray ray_from(vec p, vec q) {
    double u1 = atan2(p.z, (1.0 - WGS84_F) * hypot(p.x, p.y)), u2 = atan2(q.z, (1.0 - WGS84_F) * hypot(q.x, q.y));
    ray r = {.s1 = sin(u1), .c1 = cos(u1), .lon1 = atan2(p.y, p.x), .length = geodesic_m(p, q)};
    double s2 = sin(u2), c2 = cos(u2), l = atan2(p.x * q.y - p.y * q.x, p.x * q.x + p.y * q.y), lambda = l;
    for (int i = 0; i < 100; i++) {
        double sl = sin(lambda), cl = cos(lambda), t1 = c2 * sl, t2 = r.c1 * s2 - r.s1 * c2 * cl;
        double ss = sqrt(t1 * t1 + t2 * t2), cs = r.s1 * s2 + r.c1 * c2 * cl;
        if (ss == 0.0) break;
        double sa = r.c1 * c2 * sl / ss, ca2 = 1.0 - sa * sa, c2m = ca2 > 1e-12 ? cs - 2.0 * r.s1 * s2 / ca2 : 0.0;
        double c = WGS84_F / 16.0 * ca2 * (4.0 + WGS84_F * (4.0 - 3.0 * ca2)), before = lambda;
        lambda = l + (1.0 - c) * WGS84_F * sa * (atan2(ss, cs) + c * ss * (c2m + c * cs * (2.0 * c2m * c2m - 1.0)));
        if (fabs(lambda - before) < 1e-13 || fabs(lambda) > 3.2) break;
    }
    double azimuth = atan2(c2 * sin(lambda), r.c1 * s2 - r.s1 * c2 * cos(lambda));
    r.sz = sin(azimuth), r.cz = cos(azimuth), r.sa = r.c1 * r.sz, r.ca2 = 1.0 - r.sa * r.sa, r.sigma1 = atan2(r.s1, r.c1 * r.cz);
    double v = r.ca2 * (WGS84_A * WGS84_A - WGS84_B * WGS84_B) / (WGS84_B * WGS84_B);
    r.a = 1.0 + v / 16384.0 * (4096.0 + v * (-768.0 + v * (320.0 - 175.0 * v)));
    r.b = v / 1024.0 * (256.0 + v * (-128.0 + v * (74.0 - 47.0 * v)));
    r.c = WGS84_F / 16.0 * r.ca2 * (4.0 + WGS84_F * (4.0 - 3.0 * r.ca2));
    return r;
}

/* The point `metres` along it, in degrees. */
static void along_ray(const ray *r, double metres, double *lon_deg, double *lat_deg) {
    double first = metres / (WGS84_B * r->a), sigma = first;
    for (int i = 0; i < 50; i++) {
        double c2m = cos(2.0 * r->sigma1 + sigma), ss = sin(sigma), cs = cos(sigma), before = sigma;
        sigma = first + r->b * ss * (c2m + r->b / 4.0 * (cs * (2.0 * c2m * c2m - 1.0) -
                r->b / 6.0 * c2m * (4.0 * ss * ss - 3.0) * (4.0 * c2m * c2m - 3.0)));
        if (fabs(sigma - before) < 1e-14) break;
    }
    double ss = sin(sigma), cs = cos(sigma), c2m = cos(2.0 * r->sigma1 + sigma), t = r->s1 * ss - r->c1 * cs * r->cz;
    double lat = atan2(r->s1 * cs + r->c1 * ss * r->cz, (1.0 - WGS84_F) * sqrt(r->sa * r->sa + t * t));
    double dl = atan2(ss * r->sz, r->c1 * cs - r->s1 * ss * r->cz) -
                (1.0 - r->c) * WGS84_F * r->sa * (sigma + r->c * ss * (c2m + r->c * cs * (2.0 * c2m * c2m - 1.0)));
    double lon = (r->lon1 + dl) / DEGREE;
    *lon_deg = lon > 180.0 ? lon - 360.0 : lon < -180.0 ? lon + 360.0 : lon;
    *lat_deg = lat / DEGREE;
}

/* Points along the geodesic from p to q at k / pieces of its length, for k = 1 .. pieces - 1. */
static void geodesic_between(vec p, vec q, int64_t pieces, double *lon_deg, double *lat_deg) {
    ray r = ray_from(p, q);
    for (int64_t k = 1; k < pieces; k++)
        along_ray(&r, r.length * (double)k / (double)pieces, &lon_deg[k - 1], &lat_deg[k - 1]);
}

#endif
