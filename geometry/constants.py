"""Physical constants in SI, each with its source; keys resolve in REFERENCES.md.

Constants of a single model (WGS-72 inside the propagator, the layers of one
craft) stay with that model.
"""

SPEED_OF_LIGHT_M_S = 299_792_458.0  # exact [SI2019]
STEFAN_BOLTZMANN_W_M2_K4 = 5.670374419e-8  # [CODATA2018]

ASTRONOMICAL_UNIT_M = 149_597_870_700.0  # exact [IAU2012B2]
SOLAR_RADIUS_M = 695_700_000.0  # nominal [IAU2015B3]
SOLAR_CONSTANT_W_M2 = 1361.0  # nominal total irradiance at 1 au [IAU2015B3]

EARTH_EQUATORIAL_RADIUS_M = 6_378_137.0  # WGS 84 defining constant [NGA2014]
EARTH_FLATTENING = 1.0 / 298.257223563  # WGS 84 defining constant [NGA2014]
EARTH_MEAN_RADIUS_M = 6_371_008.8  # arithmetic mean of the WGS 84 semi-axes [Moritz2000]
EARTH_MU_M3_S2 = 3.986004418e14  # [NGA2014]; also the two-body constant of `keplerian` orbits
EARTH_ROTATION_RAD_S = 7.292115e-5  # [NGA2014]

TROPICAL_YEAR_S = 365.2421897 * 86_400.0  # at J2000 [Simon1994]
