package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sallyport/internal/detect"
	"sallyport/internal/event"
)

// Access is what a sign-in tells of: to what, by what, from where. Its fields are
// of the LogEvent of Okta's System Log, as named beside them.
type Access struct {
	App     event.Entity // the first target that is an app
	Factors []string     // debugContext.debugData.factor, and the authenticators among the targets

	IP                   string
	City, State, Country string   // client.geographicalContext
	Lat, Lon             *float64 // of that: degrees; nil where they are not told
	AS                   string   // securityContext.asNumber, as AS64500
	ASOrg, ISP           string
	Proxy                bool   // securityContext.isProxy
	Zone                 string // client.zone

	Device Device
}

// Device is what somebody signed in with.
type Device struct {
	ID, Name            string // of one that Okta knows
	Kind                string // client.device: Computer, Mobile
	OS, Browser         string
	Managed, Registered *bool // nil where the event does not tell
	token               string
}

const (
	aCity = iota
	aState
	aCountry
	aLat
	aLon
	aASN
	aASOrg
	aISP
	aProxy
	aZone
	aDeviceID
	aDeviceName
	aManaged
	aRegistered
	aKind
	aOS
	aBrowser
	aToken
	aFactor
	aCredential
	accessFields
)

// AccessReader reads what sign-ins tell of. It is not safe for concurrent use.
type AccessReader struct {
	fields *event.Fields
	spans  event.Spans
}

// NewAccessReader returns a reader.
func NewAccessReader() *AccessReader {
	const geo, debug = "client.geographicalContext.", "debugContext.debugData."
	return &AccessReader{fields: event.NewFields(geo+"city", geo+"state", geo+"country", geo+"geolocation.lat", geo+"geolocation.lon",
		"securityContext.asNumber", "securityContext.asOrg", "securityContext.isp", "securityContext.isProxy", "client.zone",
		"device.id", "device.name", "device.managed", "device.registered", "client.device", "client.userAgent.os", "client.userAgent.browser",
		debug+"dtHash", debug+"factor", "authenticationContext.credentialType"), spans: make(event.Spans, accessFields)}
}

// Read reads an event.
func (r *AccessReader) Read(e event.Event) (Access, error) {
	if err := r.fields.Scan(e.Raw, r.spans); err != nil {
		return Access{}, fmt.Errorf("read event %s: %w", e.UUID, err)
	}
	a := Access{
		IP: e.IP, City: r.text(aCity), State: r.text(aState), Country: r.text(aCountry), Lat: r.degrees(aLat, 90), Lon: r.degrees(aLon, 180),
		ASOrg: r.text(aASOrg), ISP: r.text(aISP), Proxy: r.text(aProxy) == "true", Zone: r.text(aZone),
		Device: Device{
			ID: r.text(aDeviceID), Name: r.text(aDeviceName), Kind: r.text(aKind), OS: r.text(aOS), Browser: r.text(aBrowser),
			Managed: r.flag(aManaged), Registered: r.flag(aRegistered), token: r.text(aToken),
		},
	}
	if a.Lat == nil || a.Lon == nil {
		a.Lat, a.Lon = nil, nil
	}
	if n := r.text(aASN); n != "" && n != "0" {
		a.AS = "AS" + n
	}
	a.addFactor(r.text(aFactor))
	for _, t := range e.Targets() {
		switch t.Type {
		case "AppInstance":
			if a.App.ID == "" {
				a.App = t
			}
		case "AuthenticatorEnrollment":
			a.addFactor(cmp.Or(t.DisplayName, t.AlternateID))
		}
	}
	if len(a.Factors) == 0 {
		a.addFactor(r.text(aCredential))
	}
	return a, nil
}

func (a *Access) addFactor(name string) {
	if name != "" && !slices.Contains(a.Factors, name) {
		a.Factors = append(a.Factors, name)
	}
}

// text is a field's text; Okta says null or unknown, in letters, where it knows
// nothing.
func (r *AccessReader) text(i int) string {
	t := r.spans.Text(i)
	if strings.EqualFold(t, "unknown") || t == "null" {
		return ""
	}
	return t
}

func (r *AccessReader) flag(i int) *bool {
	b, err := strconv.ParseBool(r.spans.Text(i))
	if err != nil {
		return nil
	}
	return &b
}

func (r *AccessReader) degrees(i int, most float64) *float64 {
	n, err := strconv.ParseFloat(r.spans.Text(i), 64)
	if err != nil || !(n >= -most && n <= most) {
		return nil
	}
	return &n
}

// Called is what people call the device: its name, or what kind it is.
func (d Device) Called() string {
	parts := slices.DeleteFunc([]string{d.OS, capital(d.Browser)}, func(p string) bool { return p == "" })
	return cmp.Or(d.Name, strings.Join(parts, ", "), d.Kind)
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}

// Trait is something of a sign-in that may be new for somebody.
type Trait string

// The traits.
const (
	CountryTrait Trait = "country"
	NetworkTrait Trait = "network" // autonomous system
	DeviceTrait  Trait = "device"
)

// Traits lists the traits.
func Traits() []Trait { return []Trait{CountryTrait, NetworkTrait, DeviceTrait} }

// Trait returns the value of a trait, and the condition that another event has
// the same; an empty value where the sign-in does not tell.
func (a Access) Trait(t Trait) (string, detect.Expr) {
	switch t {
	case CountryTrait:
		return a.Country, is("client.geographicalContext.country", a.Country)
	case NetworkTrait:
		return a.AS, is("securityContext.asNumber", strings.TrimPrefix(a.AS, "AS"))
	case DeviceTrait:
		return a.Device.trait()
	}
	return "", detect.Always(false)
}

// trait tells devices apart: by Okta's id of one that is registered, by the token
// that Okta leaves in a browser, or by system and browser, which many share.
func (d Device) trait() (string, detect.Expr) {
	switch {
	case d.ID != "":
		return d.ID, is("device.id", d.ID)
	case d.token != "":
		return d.token, is("debugContext.debugData.dtHash", d.token)
	case d.OS != "":
		return d.OS + " " + d.Browser, detect.And{is("client.userAgent.os", d.OS), is("client.userAgent.browser", d.Browser)}
	}
	return "", detect.Always(false)
}

// Came is the condition on events that the subject signed in, with success.
func (s Subject) Came() detect.Expr {
	return detect.And{signIns().expr(), s.Acting(), is("outcome.result", "SUCCESS", "ALLOW")}
}

// Proving is the condition on events that they say by which factor the subject
// passed.
func (s Subject) Proving() detect.Expr {
	return detect.And{is("eventType", "user.authentication.auth_via_mfa"), s.Acting()}
}

// Proved is the condition on events that they say by which factor somebody passed
// within some transactions.
func Proved(transactions []string) detect.Expr {
	return detect.And{is("eventType", "user.authentication.auth_via_mfa"), is("outcome.result", "SUCCESS"), is("transaction.id", transactions...)}
}

// Well reports whether an event's outcome is a success; one that says nothing of
// an outcome tells of what happened.
func Well(e event.Event) bool {
	return e.Outcome == "" || e.Outcome == "SUCCESS" || e.Outcome == "ALLOW"
}
