package saml_test

import (
	"crypto"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"sallyport/internal/saml"
)

// refused is a response that must not be taken.
type refused struct {
	letter letter
	expect func(*saml.Expect)
	want   saml.Rule
	// heals is the signature ("response" or "assertion") in which the fault
	// lies: without it the response is a genuine one again.
	heals string
}

func edit(which string, f func(*etree.Element)) letter {
	l := signed(which)
	l.assertion = f
	return l
}

func editResponse(which string, f func(*etree.Element)) letter {
	l := signed(which)
	l.response = f
	return l
}

func tamper(which string, f func(*etree.Element)) letter {
	l := signed(which)
	l.after = f
	return l
}

func rewrite(which string, f func(string) string) letter {
	l := signed(which)
	l.text = f
	return l
}

func inkA(k ink) letter { return letter{signA: &k, signR: &ink{}} }
func inkR(k ink) letter { return letter{signA: &ink{}, signR: &k} }

func unsolicited(e *saml.Expect) { e.InResponseTo = "" }

const nsDS = "http://www.w3.org/2000/09/xmldsig#"

func refusals() map[string]refused {
	rows := map[string]refused{}
	wrapped(rows)
	for _, part := range []map[string]refused{refusedSignatures(), refusedTampering(), refusedAlgorithms(), refusedClaims(), refusedTimes(), refusedMarkup(), refusedShapes()} {
		for name, r := range part {
			if _, twice := rows[name]; twice {
				panic("two rows " + name)
			}
			rows[name] = r
		}
	}
	return rows
}

func refusedSignatures() map[string]refused {
	either := func(e *saml.Expect) { e.ResponseSignature = true }
	empty, other, pointer := "", "#_elsewhere", "#xpointer(id('_assertion1'))"
	return map[string]refused{
		"nothing signed": {letter: signed("none"), want: saml.CheckSignatureMissing},
		"nothing signed, where a response's is enough":          {letter: signed("none"), want: saml.CheckSignatureMissing, expect: either},
		"only the response signed":                              {letter: signed("response"), want: saml.CheckSignatureMissing},
		"signed by a stranger":                                  {letter: inked(ink{by: stranger}), want: saml.CheckSignature},
		"the assertion signed by a stranger":                    {letter: inkA(ink{by: stranger}), want: saml.CheckSignature},
		"the response signed by a stranger":                     {letter: inkR(ink{by: stranger}), want: saml.CheckSignature, heals: "response"},
		"signed by a stranger who states our IdP's certificate": {letter: inked(ink{by: stranger, keyInfo: okta}), want: saml.CheckSignature},
		"signed by the key that rollover removed":               {letter: signed("both"), expect: trust(next), want: saml.CheckSignature},
		"signed by an expired certificate":                      {letter: inked(ink{by: expired}), expect: trust(okta, expired), want: saml.CheckCertificate},
		"no certificate to check by":                            {letter: signed("both"), expect: trust(), want: saml.CheckSignature},
		"the name changed":                                      {letter: tamper("both", say("NameID", evil)), want: saml.CheckSignature},
		"the name changed, assertion signed":                    {letter: tamper("assertion", say("NameID", evil)), want: saml.CheckSignature},
		"the name changed, response signed":                     {letter: tamper("response", say("NameID", evil)), want: saml.CheckSignature, expect: either},
		"a group changed":                                       {letter: tamper("both", say("AttributeValue", "Super Admins")), want: saml.CheckSignature},
		"an attribute statement added":                          {letter: tamper("assertion", insert("Assertion", `<saml2:AttributeStatement><saml2:Attribute Name="groups"><saml2:AttributeValue>Super Admins</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>`)), want: saml.CheckSignature},
		"the destination changed":                               {letter: tamper("both", set("Response", "Destination", acsURL+"?x")), want: saml.CheckSignature},

		"a response's signature that covers nothing of ours": {letter: inkR(ink{uri: &other}), want: saml.CheckSignatureShape, heals: "response"},
		"a reference to the whole document":                  {letter: inkA(ink{uri: &empty}), want: saml.CheckSignatureShape},
		"a reference by XPointer":                            {letter: inkA(ink{uri: &pointer}), want: saml.CheckSignatureShape},
		"two references": {letter: inkA(ink{info: func(si *etree.Element) {
			si.AddChild(find(si, "Reference").Copy())
		}}), want: saml.CheckSignatureShape},
		"no reference": {letter: inkA(ink{info: remove("Reference")}), want: saml.CheckSignatureShape},

		"two signatures, one by a stranger": {letter: tamper("assertion", func(r *etree.Element) {
			(ink{by: stranger}).sign(find(r, "Assertion"))
		}), want: saml.CheckSignatureShape, heals: "assertion"},

		"a comment in the digest": {letter: rewrite("both", replace("<ds:DigestValue>", "<ds:DigestValue><!-- AAAA -->")), want: saml.CheckMarkup},

		"a second signature, of another namespace": {letter: tamper("assertion", func(r *etree.Element) {
			sig := find(r, "Signature")
			odd := parse(`<Signature xmlns="urn:other" xmlns:ds="` + nsDS + `"/>`)
			for _, c := range sig.ChildElements() {
				odd.AddChild(c.Copy())
			}
			sig.Parent().AddChild(odd)
		}), want: saml.CheckSignatureShape},
		"a signature inside the subject": {letter: tamper("none", func(r *etree.Element) {
			find(r, "Subject").AddChild(parse(`<ds:Signature xmlns:ds="` + nsDS + `"/>`))
		}), want: saml.CheckPlace},
		"the assertion's signature moved to the status": {letter: tamper("assertion", func(r *etree.Element) {
			sig := find(r, "Signature")
			sig.Parent().RemoveChild(sig)
			find(r, "Status").AddChild(sig)
		}), want: saml.CheckPlace},
		"the assertion's signature moved to the response": {letter: tamper("assertion", func(r *etree.Element) {
			sig := find(r, "Signature")
			sig.Parent().RemoveChild(sig)
			r.AddChild(sig)
		}), want: saml.CheckSignatureShape},
	}
}

// refusedTampering adds what is done to a finished signature: once to the only
// one, which is the assertion's, and once to the response's beside it.
func refusedTampering() map[string]refused {
	twoOf := func(tag string) func(*etree.Element) {
		return func(el *etree.Element) { c := find(el, tag); c.Parent().InsertChildAt(c.Index(), c.Copy()) }
	}
	rows := map[string]refused{}
	for name, tt := range map[string]struct {
		edit func(*etree.Element)
		want saml.Rule
	}{
		"a signature in another namespace": {func(r *etree.Element) {
			find(r, "Signature").CreateAttr("xmlns:ds", "urn:other")
		}, saml.CheckSignatureShape},
		"two SignatureValues":           {twoOf("SignatureValue"), saml.CheckSignatureShape},
		"an Object in the signature":    {insert("Signature", `<ds:Object xmlns:ds="`+nsDS+`"/>`), saml.CheckSignatureShape},
		"no SignatureValue":             {remove("SignatureValue"), saml.CheckSignatureShape},
		"two KeyInfo":                   {twoOf("KeyInfo"), saml.CheckSignatureShape},
		"an element in the digest":      {insert("DigestValue", `<x/>`), saml.CheckSignatureShape},
		"the digest changed":            {say("DigestValue", b64(make([]byte, 32))), saml.CheckSignature},
		"no SignedInfo":                 {remove("SignedInfo"), saml.CheckSignatureShape},
		"the signature value empty":     {say("SignatureValue", ""), saml.CheckSignature},
		"two signatures":                {twoOf("Signature"), saml.CheckSignatureShape},
		"two SignedInfo":                {twoOf("SignedInfo"), saml.CheckSignatureShape},
		"the signature value changed":   {say("SignatureValue", b64(make([]byte, 256))), saml.CheckSignature},
		"two DigestValues":              {twoOf("DigestValue"), saml.CheckSignatureShape},
		"the signature value no base64": {say("SignatureValue", "!"), saml.CheckSignatureShape},
	} {
		rows[name] = refused{letter: tamper("assertion", tt.edit), want: tt.want}
		rows[name+", on the response"] = refused{letter: tamper("both", tt.edit), want: tt.want, heals: "response"}
	}
	// One of two is left when one is taken away.
	for _, of := range []string{"", ", on the response"} {
		r := rows["two signatures"+of]
		r.heals = "assertion"
		if of != "" {
			r.heals = "response"
		}
		rows["two signatures"+of] = r
	}
	return rows
}

func refusedAlgorithms() map[string]refused {
	t := func(list ...string) []string { return list }
	xslt := transform("http://www.w3.org/TR/1999/REC-xslt-19991116", "")
	env, exc := transform(enveloped, ""), transform(excC14N, "")
	return map[string]refused{
		"SHA-1 signature":                      {letter: inkA(ink{alg: rsaSHA1, hash: crypto.SHA1}), want: saml.CheckAlgorithm},
		"SHA-1 signature of the response":      {letter: inkR(ink{alg: rsaSHA1, hash: crypto.SHA1}), want: saml.CheckAlgorithm, heals: "response"},
		"SHA-1 digest":                         {letter: inkA(ink{digest: sha1ID, digestHash: crypto.SHA1}), want: saml.CheckAlgorithm},
		"HMAC with the certificate as its key": {letter: inkA(ink{alg: hmacSHA}), want: saml.CheckAlgorithm},
		"RSA named ECDSA":                      {letter: inkA(ink{alg: ecdsaSHA + "256"}), want: saml.CheckSignature},
		"ECDSA named RSA":                      {letter: inkA(ink{by: p256}), expect: trust(p256, okta), want: saml.CheckSignature},
		"no signature algorithm":               {letter: inkA(ink{alg: "urn:none"}), want: saml.CheckAlgorithm},
		"no digest algorithm":                  {letter: inkA(ink{digest: "urn:none"}), want: saml.CheckAlgorithm},
		"RSA-PSS":                              {letter: inkA(ink{alg: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"}), want: saml.CheckAlgorithm},
		"inclusive canonicalization":           {letter: inkA(ink{c14n: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}), want: saml.CheckAlgorithm},
		"canonicalization with comments":       {letter: inkA(ink{c14n: excC14N + "WithComments"}), want: saml.CheckAlgorithm},
		"a transform with comments":            {letter: inkA(ink{transforms: t(env, transform(excC14N+"WithComments", ""))}), want: saml.CheckAlgorithm},
		"an XSLT transform":                    {letter: inkA(ink{transforms: t(xslt, exc)}), want: saml.CheckAlgorithm},
		"three transforms":                     {letter: inkA(ink{transforms: t(env, xslt, exc)}), want: saml.CheckSignatureShape},
		"an XPath transform":                   {letter: inkA(ink{transforms: t(env, transform("http://www.w3.org/TR/1999/REC-xpath-19991116", `<ds:XPath xmlns:ds="`+nsDS+`">/</ds:XPath>`))}), want: saml.CheckAlgorithm},
		"transforms the wrong way round":       {letter: inkA(ink{transforms: t(exc, env)}), want: saml.CheckAlgorithm},
		"no enveloped transform":               {letter: inkA(ink{transforms: t(exc)}), want: saml.CheckSignatureShape},
		"no transforms":                        {letter: inkA(ink{info: remove("Transforms")}), want: saml.CheckSignatureShape},
		"a stylesheet in a transform":          {letter: inkA(ink{transforms: t(env, transform(excC14N, `<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"/>`))}), want: saml.CheckSignatureShape},
		"HMAC length on the method":            {letter: inkA(ink{info: insert("SignatureMethod", `<ds:HMACOutputLength xmlns:ds="`+nsDS+`">8</ds:HMACOutputLength>`)}), want: saml.CheckSignatureShape},
	}
}

func refusedClaims() map[string]refused {
	const hok = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
	status := "urn:oasis:names:tc:SAML:2.0:status:"
	return map[string]refused{
		"another audience":                   {letter: edit("both", say("Audience", "https://sallyport.test/saml/other")), want: saml.CheckAudience},
		"an audience with a slash more":      {letter: edit("both", say("Audience", spID+"/")), want: saml.CheckAudience},
		"an empty audience":                  {letter: edit("both", say("Audience", "")), want: saml.CheckAudience},
		"no audience restriction":            {letter: edit("both", remove("AudienceRestriction")), want: saml.CheckAudience},
		"a restriction without audience":     {letter: edit("both", remove("Audience")), want: saml.CheckAudience},
		"one of two restrictions without us": {letter: edit("both", insert("Conditions", `<saml2:AudienceRestriction><saml2:Audience>https://other.test</saml2:Audience></saml2:AudienceRestriction>`)), want: saml.CheckAudience},
		"text that is no status": {letter: editResponse("both", func(r *etree.Element) {
			find(r, "Status").CreateAttr("x", "y")
			find(r, "StatusCode").RemoveAttr("Value")
		}), want: saml.CheckStatus},
		"an unknown condition":                              {letter: edit("both", insert("Conditions", `<x:OnTuesdays xmlns:x="urn:x"/>`)), want: saml.CheckConditions},
		"no conditions":                                     {letter: edit("both", remove("Conditions")), want: saml.CheckConditions},
		"two conditions":                                    {letter: edit("both", func(a *etree.Element) { a.AddChild(find(a, "Conditions").Copy()) }), want: saml.CheckConditions},
		"another recipient":                                 {letter: edit("both", set("SubjectConfirmationData", "Recipient", "https://sallyport.test/saml/other/acs")), want: saml.CheckRecipient},
		"no recipient":                                      {letter: edit("both", unset("SubjectConfirmationData", "Recipient")), want: saml.CheckRecipient},
		"another destination":                               {letter: editResponse("both", set("Response", "Destination", "https://sallyport.test/saml/other/acs")), want: saml.CheckDestination},
		"no destination":                                    {letter: editResponse("both", unset("Response", "Destination")), want: saml.CheckDestination},
		"no destination, assertion signed":                  {letter: editResponse("assertion", unset("Response", "Destination")), want: saml.CheckDestination},
		"another issuer":                                    {letter: edit("both", say("Issuer", "http://www.okta.com/exk2")), want: saml.CheckIssuer},
		"no issuer":                                         {letter: edit("both", remove("Issuer")), want: saml.CheckIssuer},
		"two issuers":                                       {letter: edit("both", func(a *etree.Element) { a.AddChild(find(a, "Issuer").Copy()) }), want: saml.CheckIssuer},
		"an issuer of another format":                       {letter: edit("both", set("Issuer", "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")), want: saml.CheckIssuer},
		"another issuer of the response":                    {letter: editResponse("both", say("Issuer", "http://www.okta.com/exk2")), want: saml.CheckIssuer},
		"two issuers of the response":                       {letter: editResponse("both", func(r *etree.Element) { r.AddChild(find(r, "Issuer").Copy()) }), want: saml.CheckIssuer},
		"version 1.1":                                       {letter: edit("both", set("Assertion", "Version", "1.1")), want: saml.CheckVersion},
		"version 1.1 of the response":                       {letter: editResponse("both", set("Response", "Version", "1.1")), want: saml.CheckVersion},
		"no version":                                        {letter: edit("both", unset("Assertion", "Version")), want: saml.CheckVersion},
		"an answer to another request":                      {letter: editResponse("both", set("Response", "InResponseTo", "_other")), want: saml.CheckInResponseTo},
		"an assertion for another request":                  {letter: edit("both", set("SubjectConfirmationData", "InResponseTo", "_other")), want: saml.CheckInResponseTo},
		"no request named":                                  {letter: editResponse("both", unset("Response", "InResponseTo")), want: saml.CheckInResponseTo},
		"no request named by the assertion":                 {letter: edit("both", unset("SubjectConfirmationData", "InResponseTo")), want: saml.CheckInResponseTo},
		"unsolicited, where a request is open":              {letter: func() letter { l := signed("both"); l.unsolicited = true; return l }(), want: saml.CheckInResponseTo},
		"an answer where nothing was asked":                 {letter: signed("both"), expect: unsolicited, want: saml.CheckInResponseTo},
		"a stolen assertion in an unsolicited response":     {letter: editResponse("assertion", unset("Response", "InResponseTo")), expect: unsolicited, want: saml.CheckInResponseTo},
		"an empty InResponseTo where nothing was asked":     {letter: editResponse("both", set("Response", "InResponseTo", "")), expect: unsolicited, want: saml.CheckInResponseTo},
		"status of failure":                                 {letter: editResponse("both", set("StatusCode", "Value", status+"Responder")), want: saml.CheckStatus},
		"status of failure, unsigned and without assertion": {letter: editResponse("none", both(set("StatusCode", "Value", status+"Responder"), remove("Assertion"))), want: saml.CheckStatus},
		"no status":                                         {letter: editResponse("both", remove("Status")), want: saml.CheckStatus},
		"no status code":                                    {letter: editResponse("both", remove("StatusCode")), want: saml.CheckStatus},
		"two status codes":                                  {letter: editResponse("both", func(r *etree.Element) { c := find(r, "StatusCode"); c.Parent().AddChild(c.Copy()) }), want: saml.CheckStatus},
		"no subject":                                        {letter: edit("both", remove("Subject")), want: saml.CheckSubject},
		"two subjects":                                      {letter: edit("both", func(a *etree.Element) { a.AddChild(find(a, "Subject").Copy()) }), want: saml.CheckSubject},
		"no name":                                           {letter: edit("both", remove("NameID")), want: saml.CheckNameID},
		"an empty name":                                     {letter: edit("both", say("NameID", "")), want: saml.CheckNameID},
		"a blank name":                                      {letter: edit("both", say("NameID", " \n ")), want: saml.CheckNameID},
		"two names":                                         {letter: edit("both", insert("Subject", `<saml2:NameID>`+evil+`</saml2:NameID>`)), want: saml.CheckNameID},
		"an element in the name":                            {letter: edit("both", insert("NameID", `<x/>`)), want: saml.CheckNameID},
		"a name of two lines":                               {letter: edit("both", say("NameID", "admin@acme.test\njane@acme.test")), want: saml.CheckNameID},
		"an unseen character in the name":                   {letter: edit("both", say("NameID", "jane\u200b@acme.test")), want: saml.CheckNameID},
		"a name written backwards":                          {letter: edit("both", say("NameID", "\u202etset.emca@enaj")), want: saml.CheckNameID},
		"an endless name":                                   {letter: edit("both", say("NameID", strings.Repeat("a", 1025))), want: saml.CheckNameID},
		"no confirmation":                                   {letter: edit("both", remove("SubjectConfirmation")), want: saml.CheckConfirmation},
		"no confirmation data":                              {letter: edit("both", remove("SubjectConfirmationData")), want: saml.CheckConfirmation},
		"holder of key only":                                {letter: edit("both", set("SubjectConfirmation", "Method", hok)), want: saml.CheckConfirmation},
		"no statement of a sign-in":                         {letter: edit("both", remove("AuthnStatement")), want: saml.CheckAuthn},
		"a sign-in at no time":                              {letter: edit("both", unset("AuthnStatement", "AuthnInstant")), want: saml.CheckAuthn},
		"an old sign-in where a fresh one was asked for":    {letter: edit("both", set("AuthnStatement", "AuthnInstant", stamp(-time.Hour))), expect: func(e *saml.Expect) { e.AuthnSince = now.Add(-time.Minute) }, want: saml.CheckAuthn},
		"no ID":                         {letter: edit("response", unset("Assertion", "ID")), expect: func(e *saml.Expect) { e.ResponseSignature = true }, want: saml.CheckID},
		"no expectation of an audience": {letter: edit("both", say("Audience", "")), expect: func(e *saml.Expect) { e.SP.EntityID = "" }, want: saml.CheckAudience},
		"no expectation of an issuer":   {letter: edit("both", say("Issuer", "")), expect: func(e *saml.Expect) { e.IDP.EntityID = "" }, want: saml.CheckIssuer},
	}
}

func refusedTimes() map[string]refused {
	return map[string]refused{
		"expired":                       {letter: edit("both", set("Conditions", "NotOnOrAfter", stamp(-3*time.Minute))), want: saml.CheckConditionsTime},
		"not yet valid":                 {letter: edit("both", set("Conditions", "NotBefore", stamp(3*time.Minute+time.Second))), want: saml.CheckConditionsTime},
		"no end":                        {letter: edit("both", unset("Conditions", "NotOnOrAfter")), want: saml.CheckConditionsTime},
		"no begin":                      {letter: edit("both", unset("Conditions", "NotBefore")), want: saml.CheckConditionsTime},
		"an end that is no time":        {letter: edit("both", set("Conditions", "NotOnOrAfter", "tomorrow")), want: saml.CheckConditionsTime},
		"confirmation expired":          {letter: edit("both", set("SubjectConfirmationData", "NotOnOrAfter", stamp(-3*time.Minute))), want: saml.CheckConfirmationTime},
		"confirmation without end":      {letter: edit("both", unset("SubjectConfirmationData", "NotOnOrAfter")), want: saml.CheckConfirmationTime},
		"confirmation with a begin":     {letter: edit("both", set("SubjectConfirmationData", "NotBefore", stamp(-time.Minute))), want: saml.CheckConfirmationTime},
		"issued in the future":          {letter: edit("both", set("Assertion", "IssueInstant", stamp(time.Hour))), want: saml.CheckIssueInstant},
		"issued long ago":               {letter: edit("both", set("Assertion", "IssueInstant", stamp(-14*time.Minute))), want: saml.CheckIssueInstant},
		"issued at no time":             {letter: edit("both", unset("Assertion", "IssueInstant")), want: saml.CheckIssueInstant},
		"response issued in the future": {letter: editResponse("both", set("Response", "IssueInstant", stamp(time.Hour))), want: saml.CheckIssueInstant},
		"response issued long ago":      {letter: editResponse("both", set("Response", "IssueInstant", stamp(-time.Hour))), want: saml.CheckIssueInstant},
		"signed in in the future":       {letter: edit("both", set("AuthnStatement", "AuthnInstant", stamp(time.Hour))), want: saml.CheckAuthn},
		"session over":                  {letter: edit("both", set("AuthnStatement", "SessionNotOnOrAfter", stamp(-3*time.Minute))), want: saml.CheckSession},
		"session over at no time":       {letter: edit("both", set("AuthnStatement", "SessionNotOnOrAfter", "")), want: saml.CheckSession},
		"a day later":                   {letter: signed("both"), expect: later(24 * time.Hour), want: saml.CheckIssueInstant},
		"a day before":                  {letter: signed("both"), expect: later(-24 * time.Hour), want: saml.CheckIssueInstant},
		"metadata over":                 {letter: signed("both"), expect: func(e *saml.Expect) { e.IDP.ValidUntil = now }, want: saml.CheckMetadata},
	}
}

func refusedMarkup() map[string]refused {
	dtd := func(subset string) func(string) string {
		return func(s string) string { return "<!DOCTYPE Response [" + subset + "]>" + s }
	}
	laughs := `<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">`
	commented := func(s string) func(*etree.Element) {
		return func(a *etree.Element) {
			n := find(a, "NameID")
			n.SetText(evil)
			n.AddChild(etree.NewComment(s))
			n.CreateText(".evil.test")
		}
	}
	return map[string]refused{
		"a comment in the name, signed so":           {letter: edit("both", commented("x")), want: saml.CheckMarkup},
		"a comment put into the name":                {letter: rewrite("both", replace("jane@acme.test", "jane@acme.test<!-- -->.evil.test")), want: saml.CheckMarkup},
		"a comment anywhere":                         {letter: rewrite("both", replace("<saml2:Subject>", "<saml2:Subject><!-- -->")), want: saml.CheckMarkup},
		"a comment before the root":                  {letter: rewrite("both", func(s string) string { return "<!-- -->" + s }), want: saml.CheckMarkup},
		"a comment behind the root":                  {letter: rewrite("both", func(s string) string { return s + "<!-- -->" }), want: saml.CheckMarkup},
		"a processing instruction in the name":       {letter: rewrite("both", replace("jane@", "ja<?x y?>ne@")), want: saml.CheckMarkup},
		"a processing instruction before the root":   {letter: rewrite("both", func(s string) string { return "<?x y?>" + s }), want: saml.CheckMarkup},
		"a second XML declaration":                   {letter: rewrite("both", func(s string) string { return `<?xml version="1.0"?><?xml version="1.0"?>` + s }), want: saml.CheckMarkup},
		"CDATA in the name":                          {letter: rewrite("both", replace(genuine, "<![CDATA["+genuine+"]]>")), want: saml.CheckMarkup},
		"a document type":                            {letter: rewrite("both", func(s string) string { return "<!DOCTYPE Response>" + s }), want: saml.CheckDoctype},
		"an entity":                                  {letter: rewrite("both", dtd(`<!ENTITY x "y">`)), want: saml.CheckDoctype},
		"an external entity":                         {letter: rewrite("both", dtd(`<!ENTITY x SYSTEM "file:///etc/passwd">`)), want: saml.CheckDoctype},
		"an external parameter entity":               {letter: rewrite("both", dtd(`<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;`)), want: saml.CheckDoctype},
		"a billion laughs":                           {letter: rewrite("both", dtd(laughs)), want: saml.CheckDoctype},
		"a document type that only some parsers see": {letter: rewrite("both", func(s string) string { return "<!DOCTYPE x [<!ENTITY y '<!--'>]>" + s + "<!-- -->" }), want: saml.CheckDoctype},
		"default attributes by a document type":      {letter: rewrite("both", dtd(`<!ATTLIST saml2:Assertion ID CDATA "_x">`)), want: saml.CheckDoctype},
		"a document type inside":                     {letter: rewrite("both", replace("<saml2:Subject>", "<!DOCTYPE x><saml2:Subject>")), want: saml.CheckDoctype},
		"an undeclared entity":                       {letter: rewrite("both", replace("jane@", "&jane;@")), want: saml.CheckXML},
		"a NUL by reference":                         {letter: rewrite("both", replace("jane@", "jane&#0;@")), want: saml.CheckXML},
		"text behind the root":                       {letter: rewrite("both", func(s string) string { return s + "x" }), want: saml.CheckTrailing},
		"text before the root":                       {letter: rewrite("both", func(s string) string { return "x" + s }), want: saml.CheckTrailing},
		"a second root":                              {letter: rewrite("both", func(s string) string { return s + s }), want: saml.CheckTrailing},
		"a byte order mark":                          {letter: rewrite("both", func(s string) string { return "\ufeff" + s }), want: saml.CheckTrailing},
		"cut off":                                    {letter: rewrite("both", func(s string) string { return s[:len(s)-5] }), want: saml.CheckXML},
		"not closed":                                 {letter: rewrite("both", func(s string) string { return strings.TrimSuffix(s, "</saml2p:Response>") }), want: saml.CheckXML},
		"closed by another name":                     {letter: rewrite("both", func(s string) string { return strings.TrimSuffix(s, "</saml2p:Response>") + "</saml2p:Request>" }), want: saml.CheckXML},
		"nothing":                                    {letter: rewrite("both", func(string) string { return "" }), want: saml.CheckXML},
		"blanks":                                     {letter: rewrite("both", func(string) string { return " \n" }), want: saml.CheckXML},
		"no XML":                                     {letter: rewrite("both", func(string) string { return "PHg+" }), want: saml.CheckTrailing},
		"Latin-1":                                    {letter: rewrite("both", replace("jane@", "j\xe4ne@")), want: saml.CheckEncoding},
		"declared UTF-16":                            {letter: rewrite("both", func(s string) string { return `<?xml version="1.0" encoding="UTF-16"?>` + s }), want: saml.CheckXML},
		"an attribute name with two colons":          {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject a:b:c="d">`)), want: saml.CheckXML},
		"an attribute name that begins with a colon": {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject :a="d">`)), want: saml.CheckNamespace},
		"an element name that ends with a colon":     {letter: rewrite("both", replace("<saml2:Subject>", `<x:/><saml2:Subject>`)), want: saml.CheckNamespace},
		"a prefix that nobody declared":              {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject q:a="b">`)), want: saml.CheckNamespace},
		"an undeclared prefix":                       {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject xmlns:xs="">`)), want: saml.CheckNamespace},
		"the prefix xml rebound":                     {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject xmlns:xml="urn:x">`)), want: saml.CheckNamespace},
		"an element of the prefix xmlns":             {letter: rewrite("both", replace("<saml2:Subject>", `<xmlns:x/><saml2:Subject>`)), want: saml.CheckNamespace},
		"an attribute xmlns of some prefix":          {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject xml:xmlns="urn:x">`)), want: saml.CheckNamespace},
		"an attribute twice":                         {letter: rewrite("both", replace(`ID="_assertion1"`, `ID="_assertion1" ID="_evil"`)), want: saml.CheckNamespace},
		"names that parsers disagree about":          {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject xmlns:a="urn:a" xmlns:_="urn:b" _:c="1" a:c="2">`)), want: saml.CheckRoundTrip},
		"an attribute twice by two prefixes":         {letter: rewrite("both", replace("<saml2:Subject>", `<saml2:Subject xmlns:a="urn:x" xmlns:b="urn:x" a:c="1" b:c="2">`)), want: saml.CheckNamespace},
	}
}

func refusedShapes() map[string]refused {
	second := func(r *etree.Element) {
		c := find(r, "Assertion").Copy()
		c.CreateAttr("ID", "_assertion2")
		c.RemoveChild(find(c, "Signature"))
		r.AddChild(c)
	}
	secondSigned := func(r *etree.Element) {
		c := parse(letter{}.assertionXML())
		c.CreateAttr("ID", "_assertion2")
		find(c, "NameID").SetText(evil)
		(ink{}).sign(c)
		r.AddChild(c)
	}
	const nsA = `xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"`
	encrypted := `<saml2:EncryptedAssertion ` + nsA + `><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"/></saml2:EncryptedAssertion>`
	deep := strings.Repeat("<x>", 30) + strings.Repeat("</x>", 30)
	return map[string]refused{
		"two assertions, the second unsigned":       {letter: tamper("assertion", second), want: saml.CheckAssertions},
		"two signed assertions":                     {letter: tamper("assertion", secondSigned), want: saml.CheckAssertions},
		"two assertions in a signed response":       {letter: editResponse("both", secondSigned), want: saml.CheckAssertions},
		"no assertion":                              {letter: editResponse("response", remove("Assertion")), want: saml.CheckAssertions, expect: func(e *saml.Expect) { e.ResponseSignature = true }},
		"an encrypted assertion":                    {letter: editResponse("response", both(remove("Assertion"), insert("Response", encrypted))), want: saml.CheckEncrypted},
		"an encrypted assertion beside a plain one": {letter: tamper("assertion", insert("Response", encrypted)), want: saml.CheckEncrypted},
		"an encrypted name":                         {letter: edit("both", both(remove("NameID"), insert("Subject", `<saml2:EncryptedID/>`))), want: saml.CheckEncrypted},
		"an encrypted attribute":                    {letter: edit("both", insert("AttributeStatement", `<saml2:EncryptedAttribute/>`)), want: saml.CheckEncrypted},
		"an assertion as advice":                    {letter: edit("both", insert("Assertion", `<saml2:Advice/>`)), want: saml.CheckPlace},
		"an assertion in an attribute":              {letter: edit("both", insert("AttributeValue", `<saml2:Assertion/>`)), want: saml.CheckPlace},
		"an assertion of another namespace":         {letter: tamper("assertion", insert("Response", `<Assertion xmlns="urn:x"/>`)), want: saml.CheckPlace},
		"a response in a response":                  {letter: tamper("assertion", insert("Response", `<saml2p:Response/>`)), want: saml.CheckPlace},
		"a bare assertion": {letter: rewrite("assertion", func(s string) string {
			return s[strings.Index(s, "<saml2:Assertion"):strings.Index(s, "</saml2p:Response>")]
		}), want: saml.CheckRoot},
		"a logout message":                {letter: rewrite("none", func(s string) string { return strings.ReplaceAll(s, "saml2p:Response", "saml2p:LogoutResponse") }), want: saml.CheckRoot},
		"a response of another namespace": {letter: rewrite("none", func(s string) string { return strings.Replace(s, "SAML:2.0:protocol", "SAML:1.0:protocol", 1) }), want: saml.CheckRoot},
		"a SOAP envelope": {letter: rewrite("both", func(s string) string {
			return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">` + s + `</e:Envelope>`
		}), want: saml.CheckRoot},
		"two IDs alike":              {letter: editResponse("assertion", set("Response", "ID", "_assertion1")), want: saml.CheckDuplicateID},
		"a decoy of the same ID":     {letter: tamper("assertion", insert("Status", `<x ID="_assertion1"/>`)), want: saml.CheckDuplicateID},
		"an ID in another namespace": {letter: tamper("assertion", insert("Status", `<x xmlns:y="urn:y" y:ID="_assertion1"/>`)), want: saml.CheckID},
		"an xml:id":                  {letter: tamper("assertion", insert("Status", `<x xml:id="_assertion1"/>`)), want: saml.CheckID},
		"an Id in other letters":     {letter: tamper("assertion", insert("Status", `<x Id="_assertion1"/>`)), want: saml.CheckID},
		"an empty ID":                {letter: edit("both", set("Assertion", "ID", "")), want: saml.CheckID},
		"an ID that is no name":      {letter: edit("both", set("Assertion", "ID", "x' or '1")), want: saml.CheckID},
		"nested too deep":            {letter: tamper("assertion", insert("Status", deep)), want: saml.CheckComplexity},
		"too many elements":          {letter: edit("both", groups(4100)), want: saml.CheckComplexity},
		"too many attributes": {letter: tamper("assertion", func(r *etree.Element) {
			for i := range 30 {
				r.CreateAttr("a"+string(rune('a'+i%26))+string(rune('a'+i/26)), "")
			}
		}), want: saml.CheckComplexity},
		"too many namespaces": {letter: tamper("assertion", func(r *etree.Element) {
			at := r
			for i := range 60 {
				if i%15 == 0 {
					at = at.CreateElement("x")
				}
				at.CreateAttr("xmlns:n"+string(rune('a'+i%26))+string(rune('a'+i/26)), "urn:x")
			}
		}), want: saml.CheckComplexity},
		"too large": {letter: edit("both", say("AttributeValue", strings.Repeat("a", 256<<10))), want: saml.CheckSize},
	}
}

func TestCheckRefuses(t *testing.T) {
	rows := refusals()
	if len(rows) < 100 {
		t.Errorf("only %d rows", len(rows))
	}
	for name, tt := range rows {
		t.Run(name, func(t *testing.T) {
			e := expectation()
			if tt.expect != nil {
				tt.expect(&e)
			}
			raw := tt.letter.send()
			a, err := saml.Check(raw, e)
			if err == nil {
				t.Fatalf("accepted as %q", a.NameID)
			}
			if got := ruleOf(t, err); got != tt.want {
				t.Errorf("%v; want %q", err, tt.want)
			}
			// Taking a signature away must never make it better, but where the fault is in that very signature.
			for _, from := range []string{"response", "assertion"} {
				less, ok := strip(raw, from)
				if !ok {
					continue
				}
				a, err := saml.Check(less, e)
				switch {
				case from == tt.heals && (err != nil || a.NameID != genuine):
					t.Errorf("without the signature of the %s: %q, %v", from, a.NameID, err)
				case from != tt.heals && err == nil:
					t.Errorf("accepted as %q without the signature of the %s", a.NameID, from)
				}
			}
		})
	}
}
