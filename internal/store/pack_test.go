package store

import (
	"bytes"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	event := `{"actor":{"id":"00u9","type":"User","alternateId":"x@y.example","displayName":"X","detailEntry":null},"client":{"zone":"null","device":"Computer","id":null,"ipAddress":"203.0.113.9"},"eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null}}`
	for name, raw := range map[string]string{"event": event, "one byte": "x", "long": strings.Repeat(event, 500), "no text": string([]byte{0, 1, 2, 0xff})} {
		packed := pack([]byte(raw))
		got, err := unpack(packed)
		if err != nil || string(got) != raw {
			t.Errorf("%s: got %.80q, %v", name, got, err)
		}
	}
	if n := len(pack([]byte(event))); n > len(event)/2 {
		t.Errorf("an event of %d bytes takes %d", len(event), n)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack([]byte(`{"actor":null}`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = unpack(b) // must not panic or grow without bound
		got, err := unpack(pack(b))
		if err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%q came back as %q, %v", b, got, err)
		}
	})
}
