package saml_test

import (
	"fmt"

	"github.com/beevik/etree"

	"sallyport/internal/saml"
)

// wrapping holds the eight ways of XML signature wrapping, as the tool SAML
// Raider numbers them. Each gets the tree of a genuine response, and leaves
// the signed original somewhere while another name stands where it is read.
func wrapping() []func(r *etree.Element) {
	unsigned := func(el *etree.Element) *etree.Element {
		c := el.Copy()
		for _, k := range c.ChildElements() {
			if k.Tag == "Signature" {
				c.RemoveChild(k)
			}
		}
		return c
	}
	forge := func(el *etree.Element, id string) *etree.Element {
		el.CreateAttr("ID", id)
		find(el, "NameID").SetText(evil)
		return el
	}
	assertion := func(r *etree.Element) *etree.Element { return find(r, "Assertion") }
	return []func(r *etree.Element){
		func(r *etree.Element) { // 1: the original response inside the signature
			c := unsigned(r)
			find(r, "Signature").AddChild(c)
			forgeFirst(r, "_evil_response")
		},
		func(r *etree.Element) { // 2: the original response before the signature
			c := unsigned(r)
			sig := find(r, "Signature")
			sig.Parent().InsertChildAt(sig.Index(), c)
			r.CreateAttr("ID", "_evil_response")
			for _, a := range r.ChildElements() {
				if a.Tag == "Assertion" {
					forge(a, "_evil_assertion")
				}
			}
		},
		func(r *etree.Element) { // 3: a forged assertion before the original
			a := assertion(r)
			r.InsertChildAt(a.Index(), forge(unsigned(a), "_evil_assertion"))
		},
		func(r *etree.Element) { // 4: the original inside the forged one
			a := assertion(r)
			c := forge(unsigned(a), "_evil_assertion")
			r.RemoveChild(a)
			c.AddChild(a)
			r.AddChild(c)
		},
		func(r *etree.Element) { // 5: the original behind, the forged one keeps the signature
			a := assertion(r)
			r.AddChild(unsigned(a))
			forge(a, "_evil_assertion")
		},
		func(r *etree.Element) { // 6: the original inside the signature of the forged one
			a := assertion(r)
			c := unsigned(a)
			find(r, "Signature").AddChild(c)
			forge(a, "_evil_assertion")
		},
		func(r *etree.Element) { // 7: a forged assertion inside Extensions
			a := assertion(r)
			x := etree.NewElement("saml2p:Extensions")
			x.AddChild(forge(a.Copy(), a.SelectAttrValue("ID", "")))
			r.InsertChildAt(0, x)
		},
		func(r *etree.Element) { // 8: the original inside an Object of the signature
			a := assertion(r)
			c := unsigned(a)
			find(r, "Signature").CreateElement("ds:Object").AddChild(c)
			forge(a, "_evil_assertion")
		},
	}
}

// forgeFirst forges the assertion that stands directly under the response.
func forgeFirst(r *etree.Element, id string) {
	r.CreateAttr("ID", id)
	for _, c := range r.ChildElements() {
		if c.Tag == "Assertion" {
			c.CreateAttr("ID", "_evil_assertion")
			find(c, "NameID").SetText(evil)
		}
	}
}

// wrapped adds a row for each wrapping of each way to sign, which is always
// refused for its shape.
func wrapped(rows map[string]refused) {
	for i, wrap := range wrapping() {
		for _, which := range []string{"response", "assertion", "both"} {
			l := signed(which)
			l.after = wrap
			want := saml.CheckPlace
			switch i + 1 {
			case 1, 6:
				want = saml.CheckSignatureShape // more in the Signature than belongs there
			case 3:
				want = saml.CheckAssertions
			case 5:
				want = saml.CheckAssertions
				if which != "response" { // the forged one has the signature of the other
					want = saml.CheckSignatureShape
				}
			case 8:
				want = saml.CheckSignatureShape
			}
			rows[fmt.Sprintf("XSW%d, %s signed", i+1, which)] = refused{
				letter: l, want: want,
				expect: func(e *saml.Expect) { e.ResponseSignature = true },
			}
		}
	}
}
