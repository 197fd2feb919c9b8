package api

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"sallyport/sandbox/okta/samlidp"
)

// forgery is what is done to a response on its way: the edits are made before the
// element that they are of is signed, so that nothing else is wrong with it.
type forgery struct {
	request   string                  // that it answers; empty for none
	who       string                  // sam by default
	says      func(*samlidp.Response) // before it is written
	assertion func(*etree.Element)
	response  func(*etree.Element)
	after     func(*etree.Element) // when both were signed
	text      func(string) string
}

// forges makes a response of the identity provider's that nothing is wrong with but
// what was done to it, as browsers post it.
func (p *provider) forges(f forgery) string {
	p.b.t.Helper()
	if f.who == "" {
		f.who = "sam@acme.example"
	}
	raw, err := base64.StdEncoding.DecodeString(p.says(f.who, f.request, []string{"Eyes"}, func(r *samlidp.Response) {
		r.SignResponse, r.SignAssertion = false, false
		if f.says != nil {
			f.says(r)
		}
	}))
	if err != nil {
		p.b.t.Fatal(err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		p.b.t.Fatal(err)
	}
	root := doc.Root()
	assertion := inside(root, "Assertion")
	edited(assertion, f.assertion)
	root.RemoveChild(assertion)
	root.AddChild(p.signs(assertion))
	edited(root, f.response)
	root = p.signs(root)
	edited(root, f.after)
	doc = etree.NewDocument()
	doc.SetRoot(root)
	text, err := doc.WriteToString()
	if err != nil {
		p.b.t.Fatal(err)
	}
	if f.text != nil {
		text = f.text(text)
	}
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// endsSession is the identity provider's wish that all sessions of somebody end, as
// browsers post it, edited before it is signed.
func (p *provider) endsSession(who string, edit func(*etree.Element)) string {
	p.b.t.Helper()
	p.b.mu.Lock()
	p.serial++
	id := fmt.Sprintf("idlogout%d%s", p.serial, p.slug)
	p.b.mu.Unlock()
	raw, err := samlidp.Logout{ID: id, Issuer: p.entity, Destination: p.b.url + "/saml/" + p.slug + "/slo", NameID: who, Now: p.b.now(), Key: p.key}.Request()
	if err != nil {
		p.b.t.Fatal(err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		p.b.t.Fatal(err)
	}
	root := doc.Root()
	without("Signature")(root)
	edited(root, edit)
	doc = etree.NewDocument()
	doc.SetRoot(p.signs(root))
	text, err := doc.WriteToBytes()
	if err != nil {
		p.b.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

func edited(el *etree.Element, edit func(*etree.Element)) {
	if edit != nil {
		edit(el)
	}
}

// signs signs an element, as another program than the sandbox's does.
func (p *provider) signs(el *etree.Element) *etree.Element {
	p.b.t.Helper()
	ctx, err := dsig.NewSigningContext(p.key.Signer, [][]byte{p.key.Certificate.Raw})
	if err == nil {
		ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
		err = ctx.SetSignatureMethod(dsig.RSASHA256SignatureMethod)
	}
	if err != nil {
		p.b.t.Fatal(err)
	}
	sig, err := ctx.ConstructSignature(el, true)
	if err != nil {
		p.b.t.Fatal(err)
	}
	el.InsertChildAt(1, sig) // behind the issuer
	return el
}

// fromBase64 is what a form's field holds.
func fromBase64(t testing.TB, field string) []byte {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inside returns the first element of a name.
func inside(el *etree.Element, tag string) *etree.Element {
	if el.Tag == tag {
		return el
	}
	for _, c := range el.ChildElements() {
		if got := inside(c, tag); got != nil {
			return got
		}
	}
	return nil
}

// The edits of the forgeries.

// renamed has an attribute come by another name.
func renamed(attribute, name string) func(*samlidp.Response) {
	return func(r *samlidp.Response) {
		for i, a := range r.Attributes {
			if a.Name == attribute {
				r.Attributes[i].Name = name
			}
		}
	}
}

func sets(tag, attr, v string) func(*etree.Element) {
	return func(el *etree.Element) { inside(el, tag).CreateAttr(attr, v) }
}

func texted(tag, v string) func(*etree.Element) {
	return func(el *etree.Element) { inside(el, tag).SetText(v) }
}

func without(tag string) func(*etree.Element) {
	return func(el *etree.Element) { c := inside(el, tag); c.Parent().RemoveChild(c) }
}

func with(tag, child string) func(*etree.Element) {
	return func(el *etree.Element) { inside(el, tag).CreateElement(child) }
}

func swapped(old, with string) func(string) string {
	return func(s string) string {
		if !strings.Contains(s, old) {
			panic("there is no " + old)
		}
		return strings.Replace(s, old, with, 1)
	}
}
