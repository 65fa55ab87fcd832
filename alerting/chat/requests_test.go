package chat

import "testing"

func TestRequestsByChat(t *testing.T) {
	w := newWorld(t)
	w.wantAnswer("U2", "requests", "2 requests are under way\n• R2 role viewer on everything, by ann: open\n• R1 6 machines for Qzone/SET_W13, by bob: open")
	w.wantAnswer("U1", "申请 QQ", "0 requests are under way")
	w.wantAnswer("U3", "requests", "1 request is under way\n• R1 6 machines for Qzone/SET_W13, by bob: open") // theirs only
	w.wantAnswer("U2", "request r1", "R1 6 machines for Qzone/SET_W13, by bob: open\nwhy: growth")
	w.wantAnswer("U3", "request R2", "qi may ask about Qzone only")
	w.wantAnswer("U2", "request R9", `there is no request "R9"`)
	w.wantAnswer("U2", "request", "which request? As in: request R12; requests lists them")

	w.wantAnswer("U2", "approve R1", "bob may look but not change anything; to approve takes the role operator")
	w.wantAnswer("U3", "approve R2", "qi may ask about Qzone only")
	w.wantAnswer("U1", "approve R2", "ann may not approve R2: it is their own request")
	w.wantAnswer("U1", "reject R1", "why? As in: reject R1 not this month")
	w.wantDid()
	w.wantAnswer("U3", "approve r1 because it is in the budget", "qi: R1 is decided")
	w.wantAnswer("U1", "拒绝 R1 not this month", "ann: R1 is decided")
	w.wantDid("decide R1 true by qi: it is in the budget", "decide R1 false by ann: not this month")
	w.broken = true
	w.wantAnswer("U1", "approve R1", "ann: that failed: the disk is full")
	w.Requests = nil
	w.wantAnswer("U1", "requests", "there are no requests here")
}
