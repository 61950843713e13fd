"""moto's server with a Lambda control plane of our own in front, and refusals that can be set from outside.

A request passes `app.Emulator`, which finds out who calls what (`call`), refuses it when a flag says so (`refusals`),
answers Lambda itself (`control_plane`) and hands everything else to moto, mended where moto ignores paging (`neighbours`).
"""
