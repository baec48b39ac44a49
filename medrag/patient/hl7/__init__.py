"""HL7's formats from before FHIR, version 2 messages and C-CDA documents, made into FHIR R4 resources.

What an allergy, a status or a date means is then said once, by the reader of FHIR.
"""
