"""Buildings floor by floor on the desk: figures, stacking, the map, tenancies, rounds, lists of tenants."""
