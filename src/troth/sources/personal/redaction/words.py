"""Words that stand before a name in English, Portuguese, German, Spanish and French, and words that are no names."""

from __future__ import annotations


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    """Longer ones first, so that `best wishes` is not taken for `best`."""
    return tuple(sorted((" ".join(phrase.split()) for phrase in text.split("|")), key=lambda phrase: (-len(phrase), phrase)))


PARTICLES = (
    "von", "van", "der", "den", "de", "del", "della", "da", "das", "do", "dos", "di", "du", "la", "le", "los", "las",
    "e", "y", "zu", "zum", "ter", "ten",
)  # fmt: skip
TITLES = _phrases(
    """
mr | mrs | ms | miss | dr | prof | doctor | professor | sir | lady | herr | herrn | hr. | frau | doktor |
senhor | senhora | sr | sra | srª | dona | doutor | doutora | dra | señor | señora | señorita | srta |
don | doña | monsieur | madame | mademoiselle | mme | mlle | m.
    """
)
GREETINGS = _phrases(
    """
dear | hi | hello | hey | good morning | good afternoon | good evening | hallo | liebe | lieber | liebes |
moin | servus | guten tag | guten morgen | guten abend | sehr geehrte | sehr geehrter | olá | ola | oi |
bom dia | boa tarde | boa noite | prezado | prezada | prezados | caro | cara | querido | querida | hola |
estimado | estimada | estimados | buenos días | buenos dias | buenas tardes | buenas noches | bonjour |
bonsoir | salut | chère | cher | chers
    """
)
SIGNATURES = _phrases(
    """
regards | kind regards | best regards | warm regards | many regards | best wishes | best | sincerely | yours |
yours truly | yours faithfully | yours sincerely | cheers | thanks | thanks a lot | thanks again | thank you |
signed | mit freundlichen grüßen | mit freundlichen grüssen | mit freundlichen gruessen | mfg | viele grüße |
viele grüsse | viele gruesse | liebe grüße | liebe grüsse | liebe gruesse | freundliche grüße |
freundliche grüsse | beste grüße | beste grüsse | schöne grüße | lg | vg | gruß | gruss | danke |
atenciosamente | att | abraço | abraços | abraco | abracos | cordialmente | grato | grata | obrigado |
obrigada | assinado | saludos | saludos cordiales | un saludo | atentamente | gracias | firmado | cordialement
| bien à vous | salutations | merci | amicalement | signé
    """
)
INTRODUCTIONS = _phrases(
    """
my name is | i am called | meu nome é | meu nome e | me chamo | chamo-me | ich heiße | ich heisse |
mein name ist | hier spricht | me llamo | mi nombre es | je m'appelle | je m’appelle | mon nom est
    """
)
ROLES = _phrases(
    """
seller | salesman | saleswoman | clerk | attendant | agent | colleague | employee | driver | technician |
advisor | vendedor | vendedora | atendente | funcionário | funcionária | funcionario | funcionaria | gerente |
entregador | motorista | técnico | técnica | tecnico | verkäufer | verkäuferin | mitarbeiter | mitarbeiterin |
kollege | kollegin | kollegen | fahrer | fahrerin | sachbearbeiter | sachbearbeiterin | techniker | berater |
beraterin | dependiente | dependienta | empleado | empleada | repartidor | repartidora | asesor | asesora |
vendeur | vendeuse | conseiller | conseillère | livreur | livreuse | employé | employée | technicien |
technicienne | named | called | namens | chamado | chamada | de nome | llamado | llamada | nommé | nommée
    """
)
TALKED = _phrases(
    """
spoke to | spoke with | talked to | talked with | speak to | speak with | speaking to | speaking with |
served by | assisted by | helped by | attended by | falei com | falei com o | falei com a | falou com |
atendido por | atendida por | atendido pelo | atendido pela | atendida pela | atendida pelo | gesprochen mit |
sprach mit | telefoniert mit | telefonierte mit | bedient von | hablé con | hable con | habló con | parlé à |
parlé avec | servi par | servie par | conseillé par | conseillée par
    """
)
GENERIC = words_of(
    """
sir madam sirs team customer customers client clients support service services shop store everyone everybody all there
folks friend friends colleagues department office company hotline helpdesk sales management ladies gentlemen world god
lord please thanks thank you it this that these those the they we i he she my your his her our their not no yes and or
but if in at on when then what why how who where an is was has have had will would damen herren kundenservice
kundendienst kundin kunde kunden leute alle zusammen freunde kollegen geschäftsführung verkaufsteam firma shopteam der
die das den dem ein eine einen ich er sie es wir ihr war ist hat wurde nicht kein keine und oder aber wenn am im zum zur
bei mit von vom auf für bitte danke senhores senhoras senhor senhora cliente clientes equipe loja lojas vendedor
vendedora atendimento pessoal gente galera amigos todos todas suporte central o os as um uma eu ele ela nós não nao e ou
mas se em na ao por para que com muito já ja foi é esta este esse isso mais sem señor señora señores señoras equipo
tienda servicio atención soporte el la los las un una yo él ella y pero si en al con muy ya fue messieurs mesdames
monsieur madame équipe bonjour clientèle boutique amis tous toutes le les une je il elle nous vous ne pas et au par pour
avec très est cette ce mr mrs ms miss dr prof herr herrn frau sr sra don doña dona mme mlle correios amazon dhl ups
fedex hermes gls dpd google whatsapp instagram facebook paypal visa mastercard brasil brazil deutschland germany españa
france portugal monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag
samstag sonntag january february march april june july august september october november december januar februar märz
mai juni juli oktober dezember name phone mail number
    """
)
COMMON = words_of(
    """
may rose will mark hope grace faith joy summer april june august dawn page rich frank bill grant chase drew price brown
white black green young long king cook baker miller day best good more case jung klein lange lang gross groß kurz neu
sommer winter herbst stark kühl braun weiss weiß schwarz roth fuchs wolf vogel koch berg stein wald fest gut rosa branco
leite pinto costa reis luz dias paz flores rico bueno bom boa rocha vale ramos neves cruz prado campos melo guerra
gentil petit blanc roux grand bon legrand noir leroy fort marchand
    """
)
