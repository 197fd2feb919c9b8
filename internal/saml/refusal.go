package saml

import (
	"fmt"
	"strings"
	"unicode"

	"sallyport/internal/errs"
)

// Rule is the name of one thing that is checked of a message. Names are
// stable: they are logged, and shown by "Test and save".
type Rule string

// The checks, in the order in which they are made.
const (
	CheckEncoding    Rule = "encoding"
	CheckSize        Rule = "size"
	CheckXML         Rule = "xml"
	CheckDoctype     Rule = "doctype"
	CheckMarkup      Rule = "markup"
	CheckTrailing    Rule = "trailing_data"
	CheckComplexity  Rule = "complexity"
	CheckNamespace   Rule = "namespace"
	CheckRoundTrip   Rule = "round_trip"
	CheckRoot        Rule = "root"
	CheckID          Rule = "id"
	CheckDuplicateID Rule = "duplicate_id"
	CheckPlace       Rule = "place"
	CheckStatus      Rule = "status"
	CheckEncrypted   Rule = "encrypted"
	CheckAssertions  Rule = "assertions"

	CheckSignatureMissing Rule = "signature_missing"
	CheckSignatureShape   Rule = "signature_shape"
	CheckAlgorithm        Rule = "algorithm"
	CheckCertificate      Rule = "certificate"
	CheckSignature        Rule = "signature"
	CheckMetadata         Rule = "metadata_expired"

	CheckVersion          Rule = "version"
	CheckDestination      Rule = "destination"
	CheckInResponseTo     Rule = "in_response_to"
	CheckIssuer           Rule = "issuer"
	CheckIssueInstant     Rule = "issue_instant"
	CheckSubject          Rule = "subject"
	CheckNameID           Rule = "name_id"
	CheckConfirmation     Rule = "confirmation"
	CheckRecipient        Rule = "recipient"
	CheckConfirmationTime Rule = "confirmation_time"
	CheckConditions       Rule = "conditions"
	CheckConditionsTime   Rule = "conditions_time"
	CheckAudience         Rule = "audience"
	CheckAuthn            Rule = "authn_statement"
	CheckSession          Rule = "session_over"
	CheckLogout           Rule = "logout"
)

// Explain says in a sentence, for the administrator who sets the sign-in up,
// what the check demands and what usually is wrong when it fails. It is empty
// for a name that is no check.
func (c Rule) Explain() string {
	switch c {
	case CheckEncoding:
		return "The message must be one base64 field of UTF-8 text, as browsers post it; it was cut off, or changed on its way."
	case CheckSize:
		return "The message is larger than 256 KiB; send fewer attributes or groups, for instance by a narrower group filter."
	case CheckXML:
		return "The message must be well-formed XML."
	case CheckDoctype:
		return "The message must not have a document type or entities of its own; no identity provider sends them, attackers do."
	case CheckMarkup:
		return "The message must not have comments, processing instructions or CDATA sections; they can make one name read like another."
	case CheckTrailing:
		return "Nothing may stand before or after the message's one root element."
	case CheckComplexity:
		return "The message has more elements, attributes or nesting than any sign-in needs."
	case CheckNamespace:
		return "Every prefix must be declared, and no attribute may be there twice."
	case CheckRoundTrip:
		return "The message must read the same after it was written again; it has names that parsers disagree about."
	case CheckRoot:
		return "The message must be the kind that is due here: a SAML response at the sign-in address, a logout message at the logout address."
	case CheckID:
		return "The elements must carry plain ID attributes; an unusual one could make the signature point elsewhere."
	case CheckDuplicateID:
		return "No two elements may have the same ID; it would be open which one was signed."
	case CheckPlace:
		return "Assertions and signatures must stand where the SAML standard puts them; elsewhere they are a sign of a forgery."
	case CheckStatus:
		return "The identity provider itself says that the sign-in failed; its own log says why."
	case CheckEncrypted:
		return "The assertion is encrypted. In Okta set Assertion Encryption to Unencrypted (the default); the connection is encrypted by TLS."
	default:
		return c.explainProof()
	}
}

func (c Rule) explainProof() string {
	switch c {
	case CheckAssertions:
		return "The response must hold exactly one assertion."
	case CheckSignatureMissing:
		return "The message must be signed. In Okta set Response and Assertion Signature to Signed (the default)."
	case CheckSignatureShape:
		return "The signature must cover exactly the element that it stands in, in the one form that SAML allows."
	case CheckAlgorithm:
		return "The signature must be RSA or ECDSA with SHA-256 or better. In Okta set Signature Algorithm to RSA-SHA256 and Digest Algorithm to SHA256."
	case CheckCertificate:
		return "The message is signed by a certificate that is not valid now; renew it at the identity provider and update the metadata here."
	case CheckSignature:
		return "The signature does not fit any certificate of the metadata: the message was changed, or the identity provider signs with a newer key; update the metadata here."
	case CheckMetadata:
		return "The identity provider's metadata says that it is no longer valid; fetch or paste it again."
	case CheckVersion:
		return "The message must be of SAML version 2.0."
	case CheckDestination:
		return "The message is addressed to another URL. In Okta set Single sign-on URL to the one shown here, letter by letter."
	case CheckInResponseTo:
		return "The message must answer the request that this browser sent, or no request at all when the sign-in began at the identity provider."
	case CheckIssuer:
		return "The message comes from another identity provider than the metadata's; paste the metadata of this very application."
	case CheckIssueInstant:
		return "The message is too old, or from the future; check the clocks of both servers."
	case CheckLogout:
		return "The logout message must name the person whose sessions end."
	default:
		return c.explainClaims()
	}
}

func (c Rule) explainClaims() string {
	switch c {
	case CheckSubject:
		return "The assertion must be about exactly one person."
	case CheckNameID:
		return "The name of the person must be one plain line of text. In Okta see Application username."
	case CheckConfirmation:
		return "The assertion must be confirmed by the browser that brings it (bearer)."
	case CheckRecipient:
		return "The assertion is meant for another URL. In Okta set Recipient URL to the single sign-on URL shown here."
	case CheckConfirmationTime:
		return "The time for bringing the assertion is over, or not limited; check the clocks of both servers."
	case CheckConditions:
		return "The assertion must state its conditions, and none that is unknown here."
	case CheckConditionsTime:
		return "The assertion is not valid yet, or no longer; check the clocks of both servers."
	case CheckAudience:
		return "The assertion is meant for another service. In Okta set Audience URI (SP Entity ID) to the one shown here, letter by letter."
	case CheckAuthn:
		return "The assertion must say when and how the person signed in, and lately enough if that was asked for."
	case CheckSession:
		return "The person's session at the identity provider is over."
	default:
		return ""
	}
}

// Refusal is why a message was not accepted. It holds no secret: what is
// shown of the message is short, and never a key, a signature or a whole
// assertion.
type Refusal struct { //nolint:errname // the name that people use for it
	Check  Rule
	Detail string // what precisely and where
	Want   string // what would have been accepted, if there is one value
	Got    string // what came instead; not verified, quoted and cut
}

func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString("saml " + string(r.Check))
	if r.Detail != "" {
		b.WriteString(": " + r.Detail)
	}
	if r.Want != "" || r.Got != "" {
		fmt.Fprintf(&b, " (want %q, got %q)", r.Want, r.Got)
	}
	return b.String()
}

// Unwrap makes a refusal one of kind Denied for those who only ask for that;
// its message keeps the details from the one who signs in.
func (r *Refusal) Unwrap() error {
	return errs.New(errs.Denied, "the identity provider's message was refused (%s)", r.Check)
}

func refuse(c Rule, format string, args ...any) error {
	return &Refusal{Check: c, Detail: excerpt(fmt.Sprintf(format, args...))}
}

// differs is a refusal that shows both sides.
func differs(c Rule, want, got, detail string) error {
	return &Refusal{Check: c, Detail: detail, Want: want, Got: excerpt(got)}
}

// excerpt cuts what came from outside down to what fits a line.
func excerpt(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
