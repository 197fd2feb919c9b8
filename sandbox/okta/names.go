package okta

// Names that seeded people have, in any combination.
var (
	firstNames = [...]string{
		"Ada", "Akira", "Alma", "Amara", "Anders", "Aoife", "Arjun", "Astrid", "Beatriz", "Ben", "Camille", "Carlos", "Chidi", "Clara", "Dalia", "Daniel",
		"Diego", "Elena", "Elif", "Emeka", "Emma", "Farah", "Felix", "Freya", "Gabriel", "Grace", "Hana", "Hugo", "Ines", "Isaac", "Ivan", "Jana",
		"Joao", "Jonas", "Julia", "Kai", "Kofi", "Lars", "Leila", "Lena", "Liam", "Lucia", "Maja", "Marco", "Maya", "Mei", "Miriam", "Nadia",
		"Nico", "Noor", "Olga", "Oscar", "Paula", "Priya", "Rafael", "Ruth", "Sami", "Sara", "Sofia", "Tariq", "Theo", "Uma", "Vera", "Yuki", "Zoe",
	}
	lastNames = [...]string{
		"Abbott", "Adeyemi", "Almeida", "Andersen", "Bakker", "Banerjee", "Becker", "Bianchi", "Brandt", "Castillo", "Chen", "Costa", "Cruz", "Dahl", "Demir", "Diallo",
		"Dubois", "Eriksen", "Farouk", "Fischer", "Fontaine", "Garcia", "Greene", "Haddad", "Hansen", "Hoffmann", "Ibrahim", "Ito", "Jansen", "Jimenez", "Kaya", "Keller",
		"Khan", "Kim", "Kowalski", "Larsen", "Lopez", "Marin", "Mensah", "Meyer", "Moreau", "Nakamura", "Nilsson", "Novak", "Obi", "Okafor", "Olsen", "Park",
		"Patel", "Pereira", "Petrov", "Quinn", "Rahman", "Reyes", "Rossi", "Sato", "Schmidt", "Silva", "Singh", "Tanaka", "Vargas", "Weber", "Wright", "Yilmaz", "Zhang",
	}
)
