package portal

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"sallyport/internal/breach"
	"sallyport/internal/errs"
)

// Bounds of a password, in characters and in bytes.
const (
	MinPassword = 12
	maxPassword = 1024
)

// Cost is how much work a password's hash is (argon2id, RFC 9106 section 3.1).
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultCost is OWASP's recommendation with some memory to spare.
func DefaultCost() Cost { return Cost{Memory: 32 << 10, Passes: 2, Threads: 1} }

const (
	saltLength = 16
	keyLength  = 32
	// maxHashWait is the longest that a hash waits for its turn.
	maxHashWait = 5 * time.Second
)

// Hasher makes and checks password hashes, a few at a time: hashing takes
// memory on purpose, and sign-ins must not exhaust it.
type Hasher struct {
	work  atomic.Uint64 // see Work
	cost  Cost
	slots chan struct{}
	decoy string // of nobody's password: checked where there is no account
}

// NewHasher returns a hasher that makes hashes of a cost, atOnce at a time.
func NewHasher(cost Cost, atOnce int) *Hasher {
	h := &Hasher{cost: cost, slots: make(chan struct{}, max(1, atOnce))}
	h.decoy = h.form(random(saltLength), random(keyLength)) // as long to check as any, and nothing fits it
	return h
}

// Hash returns a password's hash in the PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return h.hash(password), nil
}

func (h *Hasher) hash(password string) string {
	salt := random(saltLength)
	return h.form(salt, h.key(password, salt, h.cost, keyLength))
}

func (h *Hasher) key(password string, salt []byte, c Cost, length int) []byte {
	h.work.Add(uint64(c.Memory) * uint64(c.Passes))
	return argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, uint32(length)) //nolint:gosec // what parseHash allows, or ours
}

// Work returns what was computed until now, in passes over a KiB. Whoever is
// answered, with an account or without, costs the same.
func (h *Hasher) Work() uint64 { return h.work.Load() }

// form writes a hash in the PHC form.
func (h *Hasher) form(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Passes, h.cost.Threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails: it ends the program instead
	return b
}

// Verify reports whether a password is the one of a hash, and whether the hash
// is of another cost than hashes are made with now. The empty hash is nobody's;
// it takes the time of any other.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, outdated bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	nobody := hash == "" || len(password) > maxPassword
	if nobody {
		hash, password = h.decoy, "x"
	}
	p, err := parseHash(hash)
	if err != nil {
		return false, false, err
	}
	got := h.key(password, p.salt, p.cost, len(p.key))
	return subtle.ConstantTimeCompare(got, p.key) == 1 && !nobody, p.cost != h.cost, nil
}

func (h *Hasher) enter(ctx context.Context) error {
	wait := time.NewTimer(maxHashWait)
	defer wait.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return errs.New(errs.Unavailable, "too many people sign in at once; try again in a moment")
	}
}

func (h *Hasher) leave() { <-h.slots }

// hashForm is the PHC form of a hash.
var hashForm = regexp.MustCompile(`^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$`)

// parsedHash is what a hash says.
type parsedHash struct {
	cost      Cost
	salt, key []byte
}

// parseHash reads the PHC form. What it returns is bounded, so that a changed
// row cannot make a check take all memory.
func parseHash(s string) (parsedHash, error) {
	m := hashForm.FindStringSubmatch(s)
	if m == nil {
		return parsedHash{}, errHashForm
	}
	var n [3]uint32
	for i := range n {
		v, err := strconv.ParseUint(m[1+i], 10, 32)
		if err != nil {
			return parsedHash{}, errHashForm
		}
		n[i] = uint32(v)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(m[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(m[5])
	h := parsedHash{Cost{Memory: n[0], Passes: n[1], Threads: uint8(min(n[2], 255))}, salt, key}
	if saltErr != nil || keyErr != nil || n[0] < 8 || n[0] > maxMemory || n[1] == 0 || n[2] == 0 || n[2] > 255 {
		return parsedHash{}, errHashForm
	}
	return h, nil
}

// maxMemory bounds the memory that a hash may ask for, in KiB.
const maxMemory = 1 << 20

var errHashForm = errors.New("a password hash is not in the form $argon2id$v=19$m=…,t=…,p=…$salt$key")

// Breached knows passwords that others have found out.
type Breached interface {
	Contains(password string) (bool, error)
}

// checkPassword returns what is wrong with a new password of somebody.
func (o *Options) checkPassword(password, email, name string) error {
	if err := CheckPassword(password, email, name); err != nil {
		return &FieldError{"password", err}
	}
	if o.Breached == nil {
		return nil
	}
	found, err := o.Breached.Contains(password)
	if err != nil {
		return fmt.Errorf("look for the password among those that were breached: %w", err)
	}
	if found {
		return &FieldError{"password", errs.New(errs.Invalid, "the password was published after a break-in elsewhere, and is among the first that others try; choose another")}
	}
	return nil
}

// CheckPassword returns what is wrong with a new password by itself. The words are
// further ones that are near at hand, such as the person's name.
func CheckPassword(password, email string, words ...string) error {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return errs.New(errs.Invalid, "a password has at least %d characters", MinPassword)
	case len(password) > maxPassword:
		return errs.New(errs.Invalid, "a password has at most %d bytes", maxPassword)
	case EmailKey(password) == EmailKey(email):
		return errs.New(errs.Invalid, "the password is the e-mail address; choose another")
	case breach.Common(password, append(words, email)...):
		return errs.New(errs.Invalid, "the password follows a pattern that is among the first that others try; choose one that does not, such as a few words by chance")
	}
	return nil
}

// EmailKey returns the form of an address by which people are found: without
// blanks around it, in lower case.
func EmailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// CheckEmail returns what is wrong with an e-mail address.
func CheckEmail(email string) error {
	a, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || a.Name != "" || a.Address != strings.TrimSpace(email) || len(a.Address) > 254 {
		return errs.New(errs.Invalid, "%.60q is no e-mail address", email)
	}
	return nil
}
