package passkey_test

import (
	"errors"
	"testing"

	"github.com/descope/virtualwebauthn"

	"sallyport/internal/errs"
	"sallyport/internal/passkey"
	"sallyport/internal/passkey/keytest"
)

const base = "https://sallyport.example.com"

// device is a passkey of somebody, made by another's hand.
type device struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func newDevice(origin, user string) *device {
	return &device{
		virtualwebauthn.RelyingParty{ID: "sallyport.example.com", Name: "Sallyport", Origin: origin},
		virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(user)}), keytest.NewKey(),
	}
}

func (d *device) make(t *testing.T, ask []byte) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(`{"publicKey":` + string(ask) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	out := virtualwebauthn.CreateAttestationResponse(d.rp, d.auth, d.key, *o)
	d.auth.AddCredential(d.key)
	return []byte(out)
}

func (d *device) prove(t *testing.T, ask []byte) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(`{"publicKey":` + string(ask) + `}`)
	if err != nil {
		t.Fatal(err)
	}
	d.key.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(d.rp, d.auth, d.key, *o))
}

func party(t *testing.T) *passkey.Party {
	t.Helper()
	p, err := passkey.New(base, "Sallyport")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPasskeyIsMadeAndProves(t *testing.T) {
	p, d := party(t), newDevice(base, "acc1")
	who := passkey.Person{ID: "acc1", Name: "ada@acme.example", Full: "Ada"}
	ask, state, err := p.Enrol(who)
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.Enrolled(who, state, d.make(t, ask))
	if err != nil || k.ID == "" || len(k.Data) == 0 {
		t.Fatalf("%+v %v", k, err)
	}
	who.Keys = [][]byte{k.Data}
	ask, state, err = p.Ask(&who)
	if err != nil {
		t.Fatal(err)
	}
	proof := d.prove(t, ask)
	got, err := p.Answered(who, state, proof)
	if err != nil || got.ID != k.ID || got.Cloned {
		t.Fatalf("%+v %v", got, err)
	}
	_, later, err := p.Ask(&who)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Answered(who, later, proof); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an answer to what was asked before: %v", err)
	}
	ask, state, err = p.Ask(nil)
	if err != nil {
		t.Fatal(err)
	}
	proof = d.prove(t, ask)
	found, got, err := p.Found(state, proof, func(id string) (passkey.Person, error) {
		if id != "acc1" {
			t.Errorf("asked for %q", id)
		}
		return who, nil
	})
	if err != nil || found.ID != "acc1" || got.ID != k.ID || !got.Verified {
		t.Errorf("%+v %+v %v", found, got, err)
	}
	down := errors.New("the disk is full")
	if _, _, err := p.Found(state, proof, func(string) (passkey.Person, error) { return passkey.Person{}, down }); !errors.Is(err, down) {
		t.Errorf("trouble of ours: %v", err)
	}
}

func TestAPasskeyProvesToItsOwnSiteAlone(t *testing.T) {
	p, good, evil := party(t), newDevice(base, "acc1"), newDevice("https://sallyport.example.com.evil.example", "acc1")
	who := passkey.Person{ID: "acc1", Name: "ada@acme.example", Full: "Ada"}
	ask, state, err := p.Enrol(who)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Enrolled(who, state, evil.make(t, ask)); errs.KindOf(err) != errs.Invalid {
		t.Errorf("made for another site: %v", err)
	}
	k, err := p.Enrolled(who, state, good.make(t, ask))
	if err != nil {
		t.Fatal(err)
	}
	who.Keys = [][]byte{k.Data}
	ask, state, err = p.Ask(&who)
	if err != nil {
		t.Fatal(err)
	}
	good.rp.Origin = evil.rp.Origin
	for name, answer := range map[string][]byte{"proved to another site": good.prove(t, ask), "no JSON": []byte("{"), "nothing": nil, "another key": newDevice(base, "acc1").prove(t, ask)} {
		if _, err := p.Answered(who, state, answer); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasskeysWantAName(t *testing.T) {
	for base, ok := range map[string]bool{
		"https://sallyport.example.com": true, "http://localhost:8080": true, "https://sallyport.example.com:8443": true,
		"http://sallyport.example.com": false, "https://192.0.2.1": false, "http://127.0.0.1:8080": false, "https://[::1]": false, "": false, "sallyport": false,
	} {
		p, err := passkey.New(base, "Sallyport")
		if (err == nil) != ok || (p != nil) != ok || !ok && errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}`))
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","userHandle":"AA"}}`))
	p, err := passkey.New(base, "Sallyport")
	if err != nil {
		f.Fatal(err)
	}
	who := passkey.Person{ID: "acc1", Name: "a", Full: "A"}
	_, made, err := p.Enrol(who)
	if err != nil {
		f.Fatal(err)
	}
	_, asked, err := p.Ask(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		if _, err := p.Enrolled(who, made, answer); err == nil {
			t.Error("a passkey was made of nothing")
		}
		if _, _, err := p.Found(asked, answer, func(string) (passkey.Person, error) { return who, nil }); err == nil {
			t.Error("a passkey proves that there is not")
		}
	})
}
