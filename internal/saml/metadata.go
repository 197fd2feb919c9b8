package saml

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"sallyport/internal/errs"
)

// maxCertificates is how many signing certificates metadata may have; a
// rollover needs two. Each one more makes a refusal dearer.
const maxCertificates = 8

// IDP is an identity provider as its metadata describes it.
type IDP struct {
	EntityID string
	SSO      []Endpoint // at least one
	SLO      []Endpoint // none if it has no single logout
	// Certificates sign what it sends; at least one was valid when it was
	// read. See [IDP.Warnings] for those that end.
	Certificates []*x509.Certificate
	WantSigned   bool      // it takes signed AuthnRequests only
	ValidUntil   time.Time // zero if the metadata does not end
	Signed       bool      // the metadata's own signature was verified
	Raw          []byte    // what was read
}

// MetadataOptions say under which conditions metadata is taken.
type MetadataOptions struct {
	// Now is when the metadata is taken. To read again what was stored, give
	// the time when it was: what has expired since is told by [IDP.Warnings]
	// and refused by [Check], and does not make the rest unreadable.
	Now time.Time
	// AllowLoopback takes http URLs too, if they stay on this machine. For
	// identity providers in tests.
	AllowLoopback bool
	// Keys, if any, are the certificates one of which must have signed the metadata.
	Keys []*x509.Certificate
}

// ParseMetadata reads the metadata of one identity provider (SAML metadata
// 2.0). Errors are of kind Invalid, and say what is wrong and where; where a
// check failed, a [Refusal] is inside.
func ParseMetadata(raw []byte, o MetadataOptions) (IDP, error) {
	root, err := readMetadata(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if err != nil {
		return IDP{}, err
	}
	entity, err := oneEntity(root)
	if err != nil {
		return IDP{}, err
	}
	idp := IDP{Raw: bytes.Clone(raw)}
	if len(o.Keys) > 0 {
		if entity, err = signedEntity(root, o); err != nil {
			return IDP{}, err
		}
		idp.Signed = true
	}
	p := metadataParser{MetadataOptions: o, idp: &idp}
	return idp, p.entity(entity)
}

func readMetadata(raw []byte) (*etree.Element, error) {
	trimmed := bytes.ToLower(bytes.TrimSpace(raw[:min(len(raw), 512)]))
	switch {
	case len(trimmed) == 0:
		return nil, errs.New(errs.Invalid, "metadata: it is empty")
	case bytes.HasPrefix(trimmed, []byte("<!doctype html")), bytes.HasPrefix(trimmed, []byte("<html")):
		return nil, errs.New(errs.Invalid, "metadata: this is a web page, not metadata; copy the XML behind the link, and sign in first if the link asks for it")
	case trimmed[0] != '<':
		return nil, errs.New(errs.Invalid, "metadata: this is no XML; it must begin with <EntityDescriptor or <?xml")
	}
	root, err := readDocument(raw, metadataLimits())
	if err != nil {
		return nil, unreadable(err)
	}
	return root, nil
}

// unreadable turns a refusal, which speaks of messages, into words about metadata.
func unreadable(err error) error {
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		return errs.Wrap(errs.Invalid, err, "metadata: %v", err)
	}
	what := r.Detail
	switch r.Check {
	case CheckSize:
		what = "larger than 1 MiB (" + r.Detail + ")"
	case CheckDoctype:
		what = "document types and entities are not allowed: " + r.Detail
	case CheckTrailing:
		what = "something follows the end of the document: " + r.Detail
	default: // the detail says it all
	}
	return errs.Wrap(errs.Invalid, err, "metadata: %s", what)
}

// oneEntity finds the only EntityDescriptor, be it the root or in a list.
func oneEntity(root *etree.Element) (*etree.Element, error) {
	if is(root, nsMetadata, "EntityDescriptor") {
		return root, nil
	}
	if !is(root, nsMetadata, "EntitiesDescriptor") {
		return nil, errs.New(errs.Invalid, "metadata: the root is <%s>, not an EntityDescriptor of SAML 2.0", excerpt(root.FullTag()))
	}
	all := children(root, nsMetadata, "EntityDescriptor")
	if n := len(all) + len(children(root, nsMetadata, "EntitiesDescriptor")); n != 1 || len(all) != 1 {
		return nil, errs.New(errs.Invalid, "metadata: EntitiesDescriptor holds %d descriptors; paste the EntityDescriptor of one identity provider", n)
	}
	return all[0], nil
}

// signedEntity returns the entity out of what is signed, by the root or the entity.
func signedEntity(root *etree.Element, o MetadataOptions) (*etree.Element, error) {
	sig := child(root, nsSignature, "Signature")
	if sig == nil {
		return nil, errs.New(errs.Invalid, "metadata: <%s> is not signed, and a key to check it by is given", root.Tag)
	}
	if err := signatureShape(sig, root); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "metadata: %v", err)
	}
	p, err := verify(root, o.Keys, o.Now)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "metadata: its signature was not made by the key that is given")
	}
	return oneEntity(p.el)
}

type metadataParser struct {
	MetadataOptions

	idp *IDP
}

func (p *metadataParser) entity(el *etree.Element) error {
	id := strings.TrimSpace(attrValue(el, "entityID"))
	if id == "" || len(id) > 1024 {
		return errs.New(errs.Invalid, "metadata: EntityDescriptor has no entityID, or one longer than 1024 characters")
	}
	p.idp.EntityID = id
	roles := children(el, nsMetadata, "IDPSSODescriptor")
	if len(roles) != 1 {
		if len(roles) == 0 && len(children(el, nsMetadata, "SPSSODescriptor")) > 0 {
			return errs.New(errs.Invalid, "metadata: this describes a service provider, not an identity provider (EntityDescriptor %s)", excerpt(id))
		}
		return errs.New(errs.Invalid, "metadata: EntityDescriptor %s has %d IDPSSODescriptors; exactly one is needed", excerpt(id), len(roles))
	}
	for _, of := range []*etree.Element{el.Parent(), el, roles[0]} {
		if err := p.validUntil(of); err != nil {
			return err
		}
	}
	return p.role(roles[0])
}

func (p *metadataParser) validUntil(el *etree.Element) error {
	if el == nil {
		return nil
	}
	v, ok := attr(el, "validUntil")
	if !ok {
		return nil
	}
	until, ok := instant(el, "validUntil")
	if !ok {
		return errs.New(errs.Invalid, "metadata: validUntil of %s is no time: %q", el.Tag, excerpt(v))
	}
	if !p.Now.Before(until) {
		return errs.New(errs.Invalid, "metadata: %s was valid until %s; fetch it again", el.Tag, until.Format(time.RFC3339))
	}
	if p.idp.ValidUntil.IsZero() || until.Before(p.idp.ValidUntil) {
		p.idp.ValidUntil = until
	}
	return nil
}

func (p *metadataParser) role(el *etree.Element) error {
	if !slices.Contains(strings.Fields(attrValue(el, "protocolSupportEnumeration")), nsProtocol) {
		return errs.New(errs.Invalid, "metadata: IDPSSODescriptor does not speak SAML 2.0 (protocolSupportEnumeration)")
	}
	want := attrValue(el, "WantAuthnRequestsSigned")
	p.idp.WantSigned = want == "true" || want == "1"
	var err error
	if p.idp.SSO, err = p.endpoints(el, "SingleSignOnService"); err != nil {
		return err
	}
	if len(p.idp.SSO) == 0 {
		return errs.New(errs.Invalid, "metadata: IDPSSODescriptor has no SingleSignOnService with the HTTP-Redirect or HTTP-POST binding")
	}
	if p.idp.SLO, err = p.endpoints(el, "SingleLogoutService"); err != nil {
		return err
	}
	return p.certificates(el)
}

// endpoints reads those of the bindings that are spoken here.
func (p *metadataParser) endpoints(role *etree.Element, tag string) ([]Endpoint, error) {
	var all []Endpoint
	for i, el := range children(role, nsMetadata, tag) {
		e := Endpoint{Binding: Binding(attrValue(el, "Binding")), Location: attrValue(el, "Location"), ResponseLocation: attrValue(el, "ResponseLocation")}
		if e.Binding != Redirect && e.Binding != POST {
			continue
		}
		where := fmt.Sprintf("%s[%d]", tag, i+1)
		if err := p.location(e.Location); err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "metadata: Location of %s %v", where, err)
		}
		if e.ResponseLocation != "" {
			if err := p.location(e.ResponseLocation); err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "metadata: ResponseLocation of %s %v", where, err)
			}
		}
		all = append(all, e)
	}
	return all, nil
}

// location checks a URL that browsers are sent to.
func (p *metadataParser) location(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || len(s) > 2048:
		return fmt.Errorf("is no URL: %q", excerpt(s))
	case u.Scheme == "http" && p.AllowLoopback && loopback(u.Hostname()):
	case u.Scheme != "https":
		return fmt.Errorf("must be an https URL, not %q", excerpt(s))
	}
	if u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return fmt.Errorf("must be a URL with a host, and without user or fragment: %q", excerpt(u.Redacted()))
	}
	return nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// certificates reads those for signing. That one of several has expired is
// what a rollover leaves behind, and is warned about; that all have is refused.
func (p *metadataParser) certificates(role *etree.Element) error {
	for i, key := range children(role, nsMetadata, "KeyDescriptor") {
		if use, ok := attr(key, "use"); ok && use != "signing" {
			continue
		}
		for _, s := range certificateTexts(key) {
			cert, err := readCertificate(s)
			if err != nil {
				return errs.Wrap(errs.Invalid, err, "metadata: the certificate in KeyDescriptor[%d] %v", i+1, err)
			}
			if !sameCertificate(p.idp.Certificates, cert.Raw) {
				p.idp.Certificates = append(p.idp.Certificates, cert)
			}
		}
	}
	certs := p.idp.Certificates
	switch valid := slices.IndexFunc(certs, func(c *x509.Certificate) bool { return validAt(c, p.Now) }); {
	case len(certs) == 0:
		return errs.New(errs.Invalid, "metadata: IDPSSODescriptor has no signing certificate (KeyDescriptor/KeyInfo/X509Data/X509Certificate)")
	case len(certs) > maxCertificates:
		return errs.New(errs.Invalid, "metadata: IDPSSODescriptor has %d signing certificates, more than %d", len(certs), maxCertificates)
	case valid < 0 && p.Now.Before(certs[0].NotBefore):
		return errs.New(errs.Invalid, "metadata: the signing certificate is not valid before %s", certs[0].NotBefore.UTC().Format(time.RFC3339))
	case valid < 0:
		return errs.New(errs.Invalid, "metadata: the signing certificate expired on %s; renew it at the identity provider", certs[0].NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

func certificateTexts(key *etree.Element) []string {
	var all []string
	for _, info := range children(key, nsSignature, "KeyInfo") {
		for _, data := range children(info, nsSignature, "X509Data") {
			for _, c := range children(data, nsSignature, "X509Certificate") {
				s, _ := text(c)
				all = append(all, s)
			}
		}
	}
	return all
}
