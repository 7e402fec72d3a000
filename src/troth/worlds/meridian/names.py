"""Words that Meridian is written with. Every person, company, mail address and number is made up."""

FIRST = (
    "Ana", "Aisha", "Akira", "Alice", "Amir", "Arjun", "Beatriz", "Bruno", "Camille", "Carlos", "Chloé", "Daniel", "Deepa",
    "Diego", "Elena", "Emily", "Fatima", "Felix", "Gabriel", "Hana", "Hugo", "Ingrid", "Inés", "Jack", "Jonas", "João", "Julia",
    "Kenji", "Khalid", "Lara", "Léa", "Lucas", "Lucía", "Maria", "Mateus", "Meera", "Mia", "Nadia", "Noah", "Olivia", "Omar",
    "Paul", "Priya", "Rafael", "Rohan", "Sara", "Sofia", "Thomas", "Yuki", "Zoë",
)  # fmt: skip
LAST = (
    "Abbott", "Al-Farsi", "Almeida", "Bauer", "Bernard", "Bianchi", "Carter", "Castro", "Costa", "Delgado", "Dubois", "Evans",
    "Fischer", "Fonseca", "Garcia", "Gupta", "Harris", "Hassan", "Hoffmann", "Iyer", "Jones", "Kato", "Keller", "Kobayashi",
    "Laurent", "Lehmann", "Lopes", "Martin", "Mehta", "Moreau", "Müller", "Nakamura", "Navarro", "Oliveira", "Patel", "Pereira",
    "Petit", "Ramos", "Rao", "Romero", "Sato", "Schäfer", "Schneider", "Silva", "Singh", "Souza", "Suzuki", "Taylor", "Wagner",
    "Walker",
)  # fmt: skip
STEMS = (
    "Albatros", "Alder", "Amber", "Anker", "Aurora", "Basalt", "Beacon", "Birke", "Borealis", "Cedar", "Cobalt", "Condor",
    "Delta", "Dorado", "Ember", "Falcon", "Faro", "Fjord", "Granit", "Harbour", "Helios", "Iris", "Jade", "Juniper", "Kestrel",
    "Lark", "Lumen", "Magnet", "Mistral", "Nimbus", "Nordlicht", "Onyx", "Orion", "Pampa", "Quartz", "Quercus", "Rhône",
    "Saffron", "Sierra", "Solano", "Tejo", "Topaz", "Umbra", "Vela", "Vesta", "Willow", "Yarrow", "Zenit", "Zephyr", "Zinnia",
)  # fmt: skip
KINDS = (
    "Works", "Systems", "Trading", "Foods", "Health", "Motors", "Textiles", "Energy", "Hotels", "Labs", "Print", "Rail",
)  # fmt: skip
THEMES = (
    "where is it", "damaged", "wrong item", "invoice", "return", "price", "how to use", "other",
)  # fmt: skip
