"""FHIR DSTU2, STU3 and R5 resources in R4's shape, so that one reader serves all; FHIR as XML.

A resource does not say which version it is, so that each is known by its shape: what R4 names otherwise, wraps in a
list or splits by type is put as R4 has it, and an R4 resource stays as it is. What R4 has no place for is left for
validation to report. Source: the version maps of https://hl7.org/fhir/R4/r3maps.html and https://hl7.org/fhir/R5/r4maps.html.
"""

from medrag.patient.fhir.versions.convert import as_r4

__all__ = ["as_r4"]
