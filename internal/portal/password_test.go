package portal

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sallyport/internal/errs"
)

// cheap is a cost for tests, which hash often.
func cheap() Cost { return Cost{Memory: 64, Passes: 1, Threads: 1} }

func TestHash(t *testing.T) {
	h := NewHasher(cheap(), 2)
	hash, err := h.Hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("hash: %s", hash)
	}
	again, err := h.Hash(t.Context(), "correct horse battery")
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are the same: no salt (%v)", err)
	}
	dear := NewHasher(Cost{Memory: 128, Passes: 1, Threads: 1}, 1)
	tests := map[string]struct {
		hasher         *Hasher
		hash, password string
		ok, outdated   bool
	}{
		"the password":              {h, hash, "correct horse battery", true, false},
		"another":                   {h, hash, "correct horse batterz", false, false},
		"nothing":                   {h, hash, "", false, false},
		"one that is too long":      {h, hash, strings.Repeat("x", maxPassword+1), false, false},
		"nobody's account":          {h, "", "correct horse battery", false, false},
		"a hash of a cost before":   {dear, hash, "correct horse battery", true, true},
		"no password of an account": {h, "", "", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ok, outdated, err := tt.hasher.Verify(t.Context(), tt.hash, tt.password)
			if err != nil || ok != tt.ok || outdated != tt.outdated {
				t.Errorf("ok %v, outdated %v, err %v; want %v, %v", ok, outdated, err, tt.ok, tt.outdated)
			}
		})
	}
}

// A test vector of the reference implementation's command line, so that hashes
// made elsewhere are understood: argon2 "somesalt" -id -t 2 -m 16 -p 1.
func TestVerifyOfReference(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, _, err := NewHasher(cheap(), 1).Verify(t.Context(), hash, "password")
	if !ok || err != nil {
		t.Errorf("ok %v, err %v", ok, err)
	}
}

func TestBrokenHash(t *testing.T) {
	for name, hash := range map[string]string{
		"of another kind":   "$2a$10$abcdefghijklmnopqrstuv",
		"of endless memory": "$argon2id$v=19$m=9999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"of no passes":      "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"cut short":         "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFh",
		"text":              "password",
	} {
		t.Run(name, func(t *testing.T) {
			if ok, _, err := NewHasher(cheap(), 1).Verify(t.Context(), hash, "password"); ok || err == nil {
				t.Errorf("ok %v, err %v; want an error", ok, err)
			}
		})
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=8,t=1,p=255$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseHash(s)
		if err == nil && (p.cost.Memory > maxMemory || p.cost.Passes == 0 || p.cost.Passes > 99 || p.cost.Threads == 0 || len(p.key) < 16 || len(p.key) > 64) {
			t.Errorf("%q is taken as %+v", s, p)
		}
	})
}

// No more are hashed at once than there are slots; who waits too long is told so.
func TestHashingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap(), 2)
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		var refused, hashed atomic.Int32
		for range 3 {
			go func() {
				_, err := h.Hash(t.Context(), "a password that waits")
				if errs.KindOf(err) == errs.Unavailable {
					refused.Add(1)
				} else if err == nil {
					hashed.Add(1)
				}
			}()
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.Hash(gone, "somebody who left"); !errors.Is(err, context.Canceled) {
			t.Errorf("of one who left: %v", err)
		}
		synctest.Wait()
		if hashed.Load() != 0 {
			t.Error("more are hashed than there are slots")
		}
		time.Sleep(maxHashWait + time.Second)
		synctest.Wait()
		if refused.Load() != 3 {
			t.Errorf("%d of 3 were told to come again", refused.Load())
		}
		h.leave()
		if _, err := h.Hash(t.Context(), "now there is room"); err != nil {
			t.Error(err)
		}
	})
}

func TestCheckPassword(t *testing.T) {
	tests := map[string]struct {
		password string
		ok       bool
	}{
		"twelve characters":         {"brave otters", true},
		"eleven":                    {"brave otter", false},
		"twelve that are not ASCII": {"übergrößöäüs", true},
		"eleven in many bytes":      {"übergrößöäü", false},
		"the e-mail address":        {"Ada@Acme.example", false},
		"the same again and again":  {"abcabcabcabc", false},
		"a word with the year":      {"Password2026!", false},
		"one's own name":            {"Ada-Lovelace1", false},
		"endless":                   {strings.Repeat("a", maxPassword+1), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if err := CheckPassword(tt.password, "ada@acme.example", "Ada Lovelace"); (err == nil) != tt.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestCheckEmail(t *testing.T) {
	for text, ok := range map[string]bool{
		"ada@acme.example": true, " ada@acme.example ": true, "ada": false, "Ada <ada@acme.example>": false, "ada@acme.example, eve@evil.example": false,
		"": false, "ada@acme.example\r\nBcc: eve@evil.example": false, strings.Repeat("a", 300) + "@acme.example": false,
	} {
		if err := CheckEmail(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
