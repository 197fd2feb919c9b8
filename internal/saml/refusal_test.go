package saml_test

import (
	"strings"
	"testing"

	"github.com/beevik/etree"

	"sallyport/internal/errs"
	"sallyport/internal/saml"
)

func rules() []saml.Rule {
	return []saml.Rule{
		saml.CheckEncoding, saml.CheckSize, saml.CheckXML, saml.CheckDoctype, saml.CheckMarkup, saml.CheckTrailing, saml.CheckComplexity,
		saml.CheckNamespace, saml.CheckRoundTrip, saml.CheckRoot, saml.CheckID, saml.CheckDuplicateID, saml.CheckPlace, saml.CheckStatus,
		saml.CheckEncrypted, saml.CheckAssertions, saml.CheckSignatureMissing, saml.CheckSignatureShape, saml.CheckAlgorithm,
		saml.CheckCertificate, saml.CheckSignature, saml.CheckMetadata, saml.CheckVersion, saml.CheckDestination, saml.CheckInResponseTo,
		saml.CheckIssuer, saml.CheckIssueInstant, saml.CheckSubject, saml.CheckNameID, saml.CheckConfirmation, saml.CheckRecipient,
		saml.CheckConfirmationTime, saml.CheckConditions, saml.CheckConditionsTime, saml.CheckAudience, saml.CheckAuthn, saml.CheckSession,
		saml.CheckLogout,
	}
}

func TestEveryRuleIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range rules() {
		s := rule.Explain()
		if !strings.HasSuffix(s, ".") || seen[s] || strings.Trim(string(rule), "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("%s: %q", rule, s)
		}
		seen[s] = true
	}
	refused := map[saml.Rule]bool{saml.CheckEncoding: true, saml.CheckLogout: true} // by TestDecode, and TestLogoutRequestRefused
	for name, r := range refusals() {
		if refused[r.want] = true; r.want.Explain() == "" {
			t.Errorf("%s: no rule %q", name, r.want)
		}
	}
	for _, rule := range rules() {
		if !refused[rule] {
			t.Errorf("nothing is refused by %s", rule)
		}
	}
	if saml.Rule("other").Explain() != "" {
		t.Error("a rule that is none has a sentence")
	}
}

func refusal(t *testing.T, l letter, e saml.Expect) *saml.Refusal {
	t.Helper()
	_, err := saml.Check(l.send(), e)
	ruleOf(t, err)
	r, ok := err.(*saml.Refusal) //nolint:errorlint // the door promises this very type
	if !ok {
		t.Fatal("accepted")
	}
	return r
}

func TestRefusalShowsBothSides(t *testing.T) {
	r := refusal(t, edit("both", say("Audience", "https://other.test")), expectation())
	if r.Want != spID || r.Got != "https://other.test" || !strings.Contains(r.Error(), `audience: AudienceRestriction (want "`+spID+`", got "https://other.test")`) {
		t.Errorf("%v", r)
	}
}

func TestRefusalIsDenied(t *testing.T) {
	r := refusal(t, edit("both", say("Audience", "https://other.test")), expectation())
	if errs.KindOf(r) != errs.Denied {
		t.Errorf("kind %v", errs.KindOf(r))
	}
	if m := errs.Message(r); !strings.Contains(m, "audience") || strings.Contains(m, "other.test") {
		t.Errorf("the one who signs in is told %q", m)
	}
}

func TestRefusalNamesTheKeys(t *testing.T) {
	r := refusal(t, inked(ink{by: stranger}), expectation())
	if r.Want != saml.Fingerprint(okta().cert) || r.Got != saml.Fingerprint(stranger().cert) {
		t.Errorf("%v", r)
	}
	for name, edit := range map[string]func(*etree.Element){
		"no KeyInfo":                 remove("KeyInfo"),
		"no certificate in it":       remove("X509Certificate"),
		"a certificate that is none": say("X509Certificate", "!"),
	} {
		t.Run(name, func(t *testing.T) {
			r := refusal(t, tamper("assertion", both(edit, say("NameID", evil))), expectation())
			if r.Check != saml.CheckSignature || r.Got != "" {
				t.Errorf("%v", r)
			}
		})
	}
}

func TestRefusalTellsWhatTheProviderSaid(t *testing.T) {
	l := editResponse("none", func(r *etree.Element) {
		remove("Assertion")(r)
		code := find(r, "StatusCode")
		code.CreateAttr("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
		code.AddChild(parse(`<saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>`))
		insert("Status", `<saml2p:StatusMessage>User is not assigned</saml2p:StatusMessage>`)(r)
	})
	r := refusal(t, l, expectation())
	if r.Check != saml.CheckStatus || r.Got != "Responder AuthnFailed" || r.Detail != "Status: User is not assigned" {
		t.Errorf("%+v", r)
	}
}

func TestRefusalIsShortAndPlain(t *testing.T) {
	r := refusal(t, edit("both", say("Audience", "\u202e"+strings.Repeat("a", 5000))), expectation())
	if len(r.Got) > 400 || strings.ContainsRune(r.Got, '\u202e') {
		t.Errorf("%q", r.Got)
	}
}
