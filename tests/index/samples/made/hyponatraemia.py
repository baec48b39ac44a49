"""hyponatraemia.pdf: a journal's two columns, numbered pages, GRADE marks, a table with rules across only."""
import sys
from reportlab.platypus import *
from reportlab.lib.styles import ParagraphStyle as PS
from reportlab.lib.pagesizes import A4
from reportlab.lib import colors
from reportlab.lib.units import mm
B=PS("b",fontName="Helvetica",fontSize=9,leading=11.5,spaceAfter=5); H=PS("h",parent=B,fontName="Helvetica-Bold",fontSize=11,leading=14,spaceBefore=6,keepWithNext=1); H2=PS("h2",parent=B,fontName="Helvetica-BoldOblique",keepWithNext=1); T=PS("t",parent=H,fontSize=18,leading=22); I=PS("i",parent=B,leftIndent=12,bulletIndent=2,spaceAfter=2)
P=lambda t,s=B,**k: Paragraph(t,s,**k)
def deco(c,d):
    c.saveState(); c.setFont("Helvetica",7); c.drawString(20*mm,287*mm,"European Society of Ward Medicine"); c.drawRightString(190*mm,287*mm,"ESWM guideline on hyponatraemia"); c.line(20*mm,285*mm,190*mm,285*mm); c.drawCentredString(105*mm,10*mm,f"ESWM 2024;7:{100+d.page}"); c.restoreState()
G=[("LINEABOVE",(0,0),(-1,0),1,colors.black),("LINEBELOW",(0,0),(-1,0),.5,colors.black),("LINEBELOW",(0,-1),(-1,-1),1,colors.black),("FONTSIZE",(0,0),(-1,-1),8),("LEADING",(0,0),(-1,-1),9.5)]
st=[P("Hyponatraemia in adults in hospital",T),P("Definition",H),P("Hyponatraemia is a serum sodium below 135 mmol/L. It is called profound when sodium is below 125 mmol/L. Exclude hyperglycaemia by measuring glucose in every patient; add 2.4 mmol/L to the measured sodium for each 5.5 mmol/L by which glucose exceeds 5.5 mmol/L."),
P("Severe symptoms",H),P("First hour",H2),P("We recommend prompt infusion of 150 mL of sodium chloride 3% over 20 minutes, whatever the cause and whether the disorder is acute or chronic (1D)."),P("We suggest that sodium be checked after 20 minutes while the infusion is repeated, until one of the following is reached (2D):"),P("a rise of 5 mmol/L",I,bulletText="•"),P("a sodium of 130 mmol/L",I,bulletText="•"),P("the disappearance of symptoms.",I,bulletText="•"),
P("After the first hour",H2),P("Limit the rise in sodium to 10 mmol/L in the first 24 hours and to 8 mmol/L in each 24 hours after that. Do not aim at a normal sodium on the first day, since overcorrection can cause osmotic demyelination, which may not become manifest before several days have gone by."),
P("Mild symptoms",H),P("Stop non-essential fluids and medicines that can cause hyponatraemia. Thiazides, selective serotonin reuptake inhibitors and carbamazepine are the most frequent of these and should not be restarted without a specialist's advice."),
P("In the syndrome of inappropriate antidiuresis, restrict fluid to 1 L/day as first-line treatment. We recommend against lithium and demeclocycline (1D). We do not recommend vasopressin receptor antagonists in profound hyponatraemia, because of the risk of overcorrection (1C)."),
Table([["Agent","Dose (g/day)","Comment"],["Urea",P("15 to 60",PS("x",parent=B,fontSize=8)),"Second line"],["Sodium chloride","3 to 6","With a loop diuretic"],["Demeclocycline","not used","Nephrotoxic"]],style=TableStyle(G)),Spacer(1,6),
P("Overcorrection",H),P("If sodium rises by more than 10 mmol/L in the first 24 hours, stop active treatment, and consult an expert about starting an infusion of 10 mL/kg of electrolyte-free water over 1 hour under strict monitoring of urine output and fluid balance. Add desmopressin 2 micrograms intravenously if water alone is not enough; it should not be given more often than every 8 hours."),
P("Children are outside the scope of this guideline.")]*1
st+=[P("Follow-up",H),P("Recheck sodium within one week of discharge in every patient whose sodium was below 130 mmol/L on the day on which they left hospital. Tell the general practitioner which medicine was stopped, and that it must not be prescribed again.")]*1
doc=BaseDocTemplate(sys.argv[1],pagesize=A4,title="untitled"); f=[Frame(20*mm,18*mm,82*mm,264*mm,0,0,0,0),Frame(108*mm,18*mm,82*mm,264*mm,0,0,0,0)]
doc.addPageTemplates([PageTemplate(frames=f,onPage=deco)]); doc.build(st)
