// Package secret keeps secrets: it seals them for the database with a keyring
// in a file, holds them in memory as [Text], which never shows itself, and
// scrubs them from what is shown to people.
package secret

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed is what [Keyring.Unseal] wraps when a sealed value does not open:
// it was changed, belongs to another context, or its key is not in the ring.
var ErrSealed = errors.New("the sealed value does not open")

// Keyring seals values with the primary key of a keyset file, and opens those
// of every key in it. It is safe for concurrent use. Processes share a file:
// a key that another process added is found when a value asks for it.
type Keyring struct {
	path string

	mu    sync.RWMutex
	ring  *ring
	stamp stamp // of the file that ring was read from
}

// ring is one state of the keyset, ready for use.
type ring struct {
	handle  *keyset.Handle
	aead    tink.AEAD
	primary uint32
}

// stamp tells whether a file is the one that was read.
type stamp struct {
	size     int64
	modified time.Time
}

// Open reads the keyring in the file at path. Where there is none it makes
// one with a fresh AES-256-GCM key, readable by its owner alone. A file that
// others can read is refused, and so is one that is no keyring.
func Open(path string) (*Keyring, error) {
	k := &Keyring{path: path}
	err := k.load()
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(path); err == nil {
			err = k.load()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the keyring: %w", err)
	}
	return k, nil
}

// Seal encrypts plaintext. What it returns opens again only with the same
// context, which names the place of the value: a table, an organization, a
// row. The context is not secret and not stored.
func (k *Keyring) Seal(plaintext, context []byte) ([]byte, error) {
	sealed, err := k.current().aead.Encrypt(plaintext, context)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Unseal decrypts what [Keyring.Seal] returned for the same context. Every
// failure wraps [ErrSealed].
func (k *Keyring) Unseal(sealed, context []byte) ([]byte, error) {
	plaintext, err := k.current().aead.Decrypt(sealed, context)
	if err == nil {
		return plaintext, nil
	}
	if k.reload() {
		if plaintext, err = k.current().aead.Decrypt(sealed, context); err == nil {
			return plaintext, nil
		}
	}
	return nil, fmt.Errorf("unseal with the keyring %s: %w: it was changed, belongs elsewhere, or was sealed with another keyring: "+
		"restore the keyring that belongs to this database, or enter the secret again", k.path, ErrSealed)
}

// Current reports whether a sealed value was sealed with the primary key. One
// that was not still opens; seal it again to retire the old key.
func (k *Keyring) Current(sealed []byte) bool {
	// A sealed value begins with 1 and the number of its key, big-endian.
	return len(sealed) >= 5 && sealed[0] == 1 && binary.BigEndian.Uint32(sealed[1:]) == k.current().primary
}

// Keys returns the numbers of the keys, by which two files can be compared. They
// tell nothing of the keys.
func (k *Keyring) Keys() []uint32 {
	var out []uint32
	for _, info := range k.current().handle.KeysetInfo().GetKeyInfo() {
		out = append(out, info.GetKeyId())
	}
	return out
}

// Rotate adds a fresh key and makes it the primary one. The old keys stay, so
// that old values open.
func (k *Keyring) Rotate() error {
	unlock, err := lock(k.path)
	if err != nil {
		return fmt.Errorf("rotate the keyring: %w", err)
	}
	defer unlock()
	// Another process may have rotated: its keys must not be lost.
	if err := k.load(); err != nil {
		return fmt.Errorf("rotate the keyring: %w", err)
	}
	m := keyset.NewManagerFromHandle(k.current().handle)
	text, err := withFreshKey(m)
	if err != nil {
		return fmt.Errorf("rotate the keyring %s: %w", k.path, err)
	}
	if err := replace(k.path, text); err != nil {
		return fmt.Errorf("rotate the keyring: %w", err)
	}
	if err := k.load(); err != nil {
		return fmt.Errorf("rotate the keyring: %w", err)
	}
	return nil
}

func (k *Keyring) current() *ring {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.ring
}

// load reads the file and makes its keyset the current one.
func (k *Keyring) load() error {
	text, st, err := read(k.path)
	if err != nil {
		return err
	}
	r, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s is no keyring: %w: restore it from a backup; without it, sealed secrets must be entered again", k.path, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ring, k.stamp = r, st
	return nil
}

// reload reads the file again if it has changed, and reports whether it did.
func (k *Keyring) reload() bool {
	info, err := os.Stat(k.path)
	if err != nil {
		return false
	}
	k.mu.RLock()
	same := k.stamp == stampOf(info)
	k.mu.RUnlock()
	return !same && k.load() == nil
}

func parse(text []byte) (*ring, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, err
	}
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, err
	}
	entry, err := handle.Primary()
	if err != nil {
		return nil, err
	}
	return &ring{handle, primitive, entry.KeyID()}, nil
}

// withFreshKey adds a key to a keyset as its primary one, and returns the
// keyset as it is stored.
func withFreshKey(m *keyset.Manager) ([]byte, error) {
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	handle, err := m.Handle()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&out))
	return out.Bytes(), err
}
