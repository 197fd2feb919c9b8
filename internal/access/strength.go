package access

// Strength is how well somebody's sign-in is guarded by a second factor.
type Strength uint8

// The strengths, the weakest first.
const (
	None      Strength = iota // a password, and nothing known beside it
	Weak                      // what can be talked out of people or intercepted: SMS, calls, mails, questions
	Fair                      // one-time codes, push
	Resistant                 // of phishing: WebAuthn, FastPass, smart cards
)

// String returns the name of the strength.
func (s Strength) String() string {
	return [...]string{"none", "weak", "fair", "resistant"}[min(s, Resistant)]
}

// MarshalText writes the name of the strength.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// StrengthOf returns the strength of a factor by its factorType.
func StrengthOf(factorType string) Strength {
	switch factorType {
	case "webauthn", "u2f", "signed_nonce":
		return Resistant
	case "push", "token", "token:software:totp", "token:hardware", "token:hotp", "web", "claims_provider":
		return Fair
	case "sms", "call", "email", "question":
		return Weak
	default:
		return None
	}
}
