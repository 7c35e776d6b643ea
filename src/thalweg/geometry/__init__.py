"""Geometry on the WGS84 ellipsoid: arrays in, arrays out, metres and seconds."""
