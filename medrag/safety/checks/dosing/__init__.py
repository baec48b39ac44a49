"""Whether a dose, its route and its rate suit the drug and the patient."""
