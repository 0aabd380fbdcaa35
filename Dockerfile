# docker build -t vipgate .
#
# docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#   --sysctl net.ipv4.ip_unprivileged_port_start=0 --stop-timeout 40 \
#   -v "$PWD/gateway.yaml:/opt/vipgate/config/gateway.yaml:ro" -v vipgate-state:/var/lib/vipgate \
#   -p 80:80 -p 127.0.0.1:9180:9180 vipgate
#
# Port 80: the sysctl above lets an unprivileged user bind it in the container's own network namespace. `setcap` on java
# is no way: the dynamic linker then ignores java's relative path to libjli.so, and java does not start.
# With --network host the sysctl is the host's, and belongs there.
#
# The admin address of a gateway in a container must be 0.0.0.0:9180 to be reached through a published port.
# --stop-timeout must be longer than shutdown.grace and shutdown.drain together, or relays are cut off.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 deploy/image/build /out

# The runtime and Netty's library are linked against glibc: an Alpine base would not start them.
FROM debian:12-slim
# State (the admin token) belongs to the user, so that a new volume mounted there does too. Program and configuration
# belong to root, so that the process cannot change them even without a read-only root.
RUN useradd --system --uid 65532 --home-dir /var/lib/vipgate --shell /usr/sbin/nologin vipgate \
 && install -d -o 65532 -g 65532 -m 0700 /var/lib/vipgate
COPY --from=build /out /opt/vipgate
# The JVM writes down which classes a gateway under load needs, and starts in half the time with that. Here, since what it
# writes holds for this runtime and this place of the jar only. The flags are those of `vipgate train`.
RUN ["/opt/vipgate/jre/bin/java", "@/opt/vipgate/etc/jvm.options", "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining", "-XX:TieredStopAtLevel=1", "-XX:AOTCacheOutput=/opt/vipgate/lib/vipgate.aot", "-jar", "/opt/vipgate/lib/vipgate.jar", "train"]
# A number, since Kubernetes' runAsNonRoot cannot judge a name.
USER 65532
EXPOSE 80 9180
ENTRYPOINT ["/opt/vipgate/jre/bin/java", "@/opt/vipgate/etc/jvm.options", "-XX:AOTCache=/opt/vipgate/lib/vipgate.aot", "-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0", "-Xlog:aot*=off", "-Xlog:cds*=off", "-jar", "/opt/vipgate/lib/vipgate.jar"]
CMD ["run"]
