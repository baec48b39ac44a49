"""tables.pdf: dose tables with rules, merged heads, a table over two pages, footnotes, superscripts, a watermark."""
import sys
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
S = getSampleStyleSheet()
class Turned(Flowable):
    def __init__(self, text): super().__init__(); self.text = text; self.width, self.height = 12, 60
    def wrap(self, *_): return self.width, self.height
    def draw(self): self.canv.rotate(90); self.canv.setFont("Helvetica-Bold", 8); self.canv.drawString(2, -9, self.text)
def page(canvas, doc):
    canvas.saveState(); canvas.setFont("Helvetica", 8)
    canvas.drawString(60, 810, "St Brannock's Children's Hospital"); canvas.drawString(60, 800, "Antimicrobial and analgesic handbook"); canvas.drawString(60, 790, "Printed copies are uncontrolled")
    canvas.drawRightString(540, 30, str(doc.page)); canvas.setFont("Helvetica-Bold", 70); canvas.setFillColor(colors.Color(.85,.85,.85)); canvas.translate(300, 420); canvas.rotate(45); canvas.drawCentredString(0, 0, "DRAFT"); canvas.restoreState()
P = lambda t, s="BodyText": Paragraph(t, S[s])
G = [("GRID",(0,0),(-1,-1),.5,colors.black),("VALIGN",(0,0),(-1,-1),"TOP"),("FONTSIZE",(0,0),(-1,-1),9)]
story = [P("Handbook of doses","Title"), P("Analgesia","Heading1"), P("Give paracetamol regularly rather than as needed in the first two days after surgery. Do not exceed four doses in any 24 hours."),
 Table([["Drug","Age","Dose","Maximum a day"],["Paracetamol","1 to 5 months","60 mg every 6 hours","240 mg"],["","6 months to 2 years","120 mg every 6 hours","480 mg"],["","2 to 4 years","180 mg every 6 hours","720 mg"],["Ibuprofen","3 to 6 months","50 mg every 8 hours","150 mg"],["","6 months to 1 year","50 mg every 6 hours","200 mg"]], style=TableStyle(G+[("SPAN",(0,1),(0,3)),("SPAN",(0,4),(0,5)),("FONTNAME",(0,0),(-1,0),"Helvetica-Bold")]), repeatRows=1),
 Spacer(1,10), P("Chemotherapy","Heading1"), P("Cap the body surface area at 2 m<super>2</super> when doses are calculated."),
 Table([["Drug","Dose",""],["","Day 1","Day 8"],["Vincristine",P("1.5 mg/m<super>2</super>"),P("1.5 mg/m<super>2</super>")],["Doxorubicin*",P("25 mg/m<super>2</super>"),"none"]], style=TableStyle(G+[("SPAN",(1,0),(2,0)),("SPAN",(0,0),(0,1)),("FONTNAME",(0,0),(-1,1),"Helvetica-Bold")])),
 P("* Omit doxorubicin if the ejection fraction is below 50%."), Spacer(1,10),
 P("Antimicrobials","Heading1"), P("Take cultures before the first dose. Do not delay treatment of sepsis for cultures.")]
rows = [["Infection","First choice","In penicillin allergy","Days"]] + [[P(a),P(b),P(c),d] for a,b,c,d in [("Cellulitis","Flucloxacillin 12.5 mg/kg every 6 hours","Clarithromycin 7.5 mg/kg every 12 hours","7"),("Erysipelas","Phenoxymethylpenicillin 12.5 mg/kg every 6 hours","Clindamycin 6 mg/kg every 6 hours","7"),("Impetigo","Hydrogen peroxide 1% cream every 8 hours","Fusidic acid 2% cream every 8 hours","5"),("Otitis media","Amoxicillin 30 mg/kg every 8 hours","Azithromycin 10 mg/kg once a day","5"),("Tonsillitis","Phenoxymethylpenicillin 12.5 mg/kg every 12 hours","Clarithromycin 7.5 mg/kg every 12 hours","10"),("Pneumonia, mild","Amoxicillin 30 mg/kg every 8 hours","Doxycycline 2 mg/kg once a day, not under 12 years","5"),("Pneumonia, severe","Co-amoxiclav 30 mg/kg every 8 hours intravenously","Cefuroxime 30 mg/kg every 8 hours, unless anaphylaxis","7"),("Cystitis","Trimethoprim 4 mg/kg every 12 hours","Trimethoprim 4 mg/kg every 12 hours","3"),("Pyelonephritis","Cefalexin 12.5 mg/kg every 12 hours","Ciprofloxacin 10 mg/kg every 12 hours","10"),("Osteomyelitis","Flucloxacillin 50 mg/kg every 6 hours intravenously","Clindamycin 10 mg/kg every 6 hours","28"),("Meningitis","Ceftriaxone 80 mg/kg once a day","Chloramphenicol 25 mg/kg every 6 hours","10"),("Septic arthritis","Flucloxacillin 50 mg/kg every 6 hours","Clindamycin 10 mg/kg every 6 hours","21")]]
story += [Table(rows, colWidths=[90,150,150,40], repeatRows=1, style=TableStyle(G+[("FONTNAME",(0,0),(-1,0),"Helvetica-Bold")])), Spacer(1,10),
 P("Gentamicin","Heading1"), P("Give gentamicin once a day. Measure a trough level before the second dose, and do not give the third dose until the level is known."),
 Table([["Renal function",Turned("Dose (mg/kg)"),Turned("Interval (h)")],["eGFR above 60","7","24"],["eGFR 30 to 60","5","36"],["eGFR below 30","3","48"]], style=TableStyle(G)),
 P("Appendix","Heading1"), P("STRENGTH: 2.5 mg tablets are stocked on all wards. NYHA class II is not a contraindication.")]
SimpleDocTemplate(sys.argv[1], pagesize=A4, title="Handbook of doses", topMargin=70, bottomMargin=60, invariant=1).build(story, onFirstPage=page, onLaterPages=page)
