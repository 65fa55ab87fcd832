# Into the configuration of nomad-autoscaler's agent: Headroom answers Prometheus'
# query API.
nomad {
  address = "http://127.0.0.1:4646"
}

apm "headroom" {
  driver = "prometheus"

  config = {
    address = "http://headroom.example:7480"
    # With users in Headroom's --web.config.file:
    # basic_auth_user     = "nomad"
    # basic_auth_password = "change-me"
  }
}

strategy "pass-through" {
  driver = "pass-through"
}

target "nomad-target" {
  driver = "nomad-target"
}
