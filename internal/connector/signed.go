package connector

import (
	"crypto/hmac"
	"crypto/sha256"

	"sallyport/internal/errs"
)

// Signed reports whether a message is signed with one of a connection's secrets:
// sum is its HMAC-SHA256 (RFC 2104). It is how a peer proves that a request comes
// from it; the secret does not leave the engine. A secret that is not set signs
// nothing: it is an error that says so.
func (e *Engine) Signed(conn Connection, with string, message, sum []byte) (bool, error) {
	held, err := e.unseal(conn)
	if err != nil {
		return false, err
	}
	key := held[with]
	if key == "" {
		return false, errs.New(errs.Conflict, "the connection %s has no %s", conn.Name, with)
	}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write(message) // a hash never fails
	return hmac.Equal(sum, mac.Sum(nil)), nil
}
