"""Invented people for training: common names of the communities of Seine-Saint-Denis, mixed.

Nobody is meant: given and family names are drawn apart, phone numbers come from the range that
ARCEP keeps for fiction, e-mail addresses from a domain kept for examples (RFC 2606), and every
numéro étranger begins with 9399.
"""

NAMES: tuple[tuple[str, int, str, str], ...] = (
    (
        "fr",
        14,
        "Martin Bernard Petit Durand Moreau Laurent Lefèvre Roussel Fournier Girard Mercier",
        "Camille Julie Nathalie Sylvie Luc Étienne François Chloé Hélène Gérard Maëlle Thérèse",
    ),
    (
        "ar",
        24,
        "Benali Haddad Mansouri Bouzid Cherif Khelifi Belkacem Saïdi El-Amrani Ben-Youssef Toumi",
        "Fatima Mohamed Nadia Karim Samira Youssef Khadija Rachid Leïla Hassan Salma Bilal Imène",
    ),
    (
        "snk",
        14,
        "Camara Sissoko Diawara Traoré Coulibaly Konaté Diakité Doucouré Soumaré Gassama Niakaté",
        "Fatoumata Mamadou Aïssatou Moussa Hawa Boubacar Kadiatou Demba Coumba Oumou Lassana",
    ),
    (
        "wo",
        6,
        "Ndiaye Diop Fall Sarr Mbaye Gueye Faye Seck",
        "Awa Ousmane Ndeye Cheikh Astou Modou Khady Ibrahima",
    ),
    (
        "bm",
        7,
        "Keïta Diarra Dembélé Sangaré Koné Touré Sidibé",
        "Aminata Sékou Mariam Adama Djeneba Bakary Rokia",
    ),
    (
        "ta",
        9,
        "Sivakumar Rajaratnam Kandiah Selvanathan Thambirajah Vijayakumar Nadarajah",
        "Priya Suresh Kavitha Ramesh Thulasi Ganesh Mathivathani Kumaran",
    ),
    (
        "bn",
        7,
        "Rahman Hossain Chowdhury Uddin Begum Miah Talukder",
        "Nasrin Shafiq Rokeya Anwar Sultana Jahid Farhana Kamal",
    ),
    (
        "zh",
        6,
        "Chen Lin Wang Zheng Huang Zhou Wu",
        "Mei Xiaoming Lihua Wei Jing Guoqiang Yan Hao",
    ),
    (
        "tr",
        5,
        "Demir Şahin Çelik Öztürk Güneş Koç",
        "Ayşe Mehmet Elif Mustafa Zeynep Hüseyin",
    ),
    (
        "ht",
        5,
        "Pierre-Louis Jean-Baptiste Célestin Dorvil Toussaint Charles",
        "Marie-Ange Wilson Guerlande Jean-Robert Mirlande Frantz",
    ),
    (
        "pt",
        5,
        "Da-Silva Ferreira Monteiro Tavares Gonçalves Lopes",
        "Maria João Ana Carlos Inês Nélson",
    ),
    ("ro", 4, "Popescu Ionescu Munteanu Rusu Ciobanu", "Elena Ionuț Mihaela Andrei Loredana"),
    ("uk", 3, "Kovalenko Shevchenko Bondarenko Tkachuk", "Olena Oleksandr Natalia Dmytro Iryna"),
    ("ru", 2, "Magomadov Ivanova Petrov Soultanov", "Madina Sergueï Tatiana Rouslan"),
    ("prs", 3, "Ahmadi Rahimi Noori Haidari", "Zahra Mohammad-Ali Fereshta Najib"),
    ("ps", 3, "Stanikzai Zadran Wardak Momand", "Gul Hamidullah Spozhmai Farhad"),
    ("ur", 4, "Khan Malik Akhtar Qureshi Bhatti", "Ayesha Imran Saima Tariq Bushra"),
    ("pa", 3, "Singh Kaur Dhillon Sandhu", "Harpreet Gurdeep Manjit Jaswinder"),
    ("si", 2, "Perera Fernando Silva-Jayasinghe", "Nimali Chaminda Dilani"),
    ("ka", 2, "Beridze Kapanadze Lomidze", "Nino Giorgi Tamar"),
    ("sq", 2, "Hoxha Krasniqi Berisha", "Arta Besnik Drita"),
    ("en", 4, "Okafor Mensah Adeyemi Boateng", "Grace Emmanuel Blessing Samuel"),
    ("es", 3, "Quispe Rodríguez Mamani Torres", "Rosa Luis Carmen Wilmer"),
)
"""Language (ISO 639), weight, family names, given names (hyphens join what belongs together)."""

COMMUNES: dict[int, tuple[str, ...]] = {
    1: (
        *("Bobigny", "Drancy", "Bondy", "Pantin", "Noisy-le-Sec", "Romainville"),
        *("Les Lilas", "Le Pré-Saint-Gervais", "Bagnolet"),
    ),
    2: (
        *("Le Raincy", "Aulnay-sous-Bois", "Sevran", "Livry-Gargan", "Montfermeil"),
        *("Clichy-sous-Bois", "Villepinte", "Rosny-sous-Bois", "Noisy-le-Grand"),
    ),
    3: (
        *("Saint-Denis", "Aubervilliers", "Saint-Ouen-sur-Seine", "Stains", "La Courneuve"),
        *("Épinay-sur-Seine", "Villetaneuse", "L’Île-Saint-Denis"),
    ),
}
"""Communes of residence by site."""

STAFF: dict[int, tuple[str, str, str]] = {
    1: ("Élodie Marchand", "Nicolas Besson", "Anne-Laure Vidal"),
    2: ("Thibault Renard", "Sabrina Lemaire", "Olivier Garnier"),
    3: ("Inès Barbier", "Julien Caron", "Mireille Aubry"),
}
"""The mediator, the counter agent and the supervisor of each site."""
